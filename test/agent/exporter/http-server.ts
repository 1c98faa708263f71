import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface Posted {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: Buffer;
}

/** A real HTTP server on loopback that takes metrics and answers as it is told. */
export class HttpServer {
  readonly received: Posted[] = [];
  readonly port: number;
  readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param answer told how many requests came before; without a word, an empty answer is given
   *  @param tls plain text without */
  static async start(
    answer: (response: ServerResponse, index: number) => unknown = () => undefined,
    tls?: ServerOptions,
  ): Promise<HttpServer> {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
        const index = started.received.push({ url: request.url ?? '', headers: request.headers, body }) - 1;
        if (answer(response, index) === undefined && !response.writableEnded) response.end();
      });
    };
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const started = new HttpServer(server);
    return started;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
