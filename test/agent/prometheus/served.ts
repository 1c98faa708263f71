import { request as plainRequest, type IncomingHttpHeaders } from 'node:http';
import { request as tlsRequest, type RequestOptions } from 'node:https';
import { Logger, Pages, type PageConfig, type ShownReceiver } from '@wgotel/agent';
import { freePort } from '../../support/process.js';
import { read } from '../config/config.js';
import { sourceOf } from './shown.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Asks a server on 127.0.0.1. Rejects if there is no answer. */
export function ask(port: number, options: RequestOptions = {}, tls: boolean = false): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = tls ? tlsRequest : plainRequest;
    send({ host: '127.0.0.1', port, path: '/metrics', agent: false, ...options }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece)).once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces) }),
      );
    })
      .once('error', reject)
      .end();
  });
}

/** The configuration of pages as a file has it. */
export function pagesOf(exporters: object): Readonly<Record<string, PageConfig>> {
  return read(JSON.stringify({ exporters })).pages;
}

/** Pages that are served, and what was logged. */
export class ServedPages {
  readonly port: number;
  readonly pages: Pages;
  readonly log: string[];

  private constructor(port: number, pages: Pages, log: string[]) {
    this.port = port;
    this.pages = pages;
    this.log = log;
  }

  /** Serves one page on a free port of 127.0.0.1. */
  static async start(receiver: ShownReceiver, settings: object = {}): Promise<ServedPages> {
    const port = await freePort();
    const log: string[] = [];
    const logger = new Logger({ encoding: 'json', stream: { write: (line) => log.push(line) } });
    const served = new ServedPages(port, new Pages(() => sourceOf({ wireguard: receiver }), logger), log);
    try {
      await served.configure(settings);
    } catch (error) {
      await served.close();
      throw error;
    }
    return served;
  }

  configure(settings: object): Promise<void> {
    return this.pages.listen(pagesOf({ prometheus: { endpoint: `127.0.0.1:${this.port}`, ...settings } }));
  }

  close(): Promise<void> {
    return this.pages.close();
  }
}
