import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { runInSlices } from '@wgotel/core';
import type { StateSocketConfig } from '../config/configuration.js';
import { SocketFile, type SocketPlace } from '../socket-file.js';
import { Client } from './client.js';
import { TunnelStream, type Tunnels } from './tunnel-stream.js';

const MOST_CLIENTS = 128;

const PLACE: Omit<SocketPlace, 'path' | 'mode'> = {
  // Of a group there may be, for those who did not say which.
  usualGroup: 'wgotel',
  folderMode: 0o755,
  what: "tunnels can't be told of",
  setting: 'extensions.state_socket.path',
};

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Where a {@link StateServer} gets what it tells. */
export interface TunnelSource {
  /** The tunnels of the last scrape. */
  readonly tunnels: () => Promise<Tunnels>;
  /** Milliseconds within which the next scrape is due. */
  readonly interval: () => number;
}

export interface StateServerStatus {
  readonly path: string;
  readonly clients: number;
  /** Clients that were cut off since it listens, as they were too slow. */
  readonly dropped: number;
}

/** Tells of tunnels on a Unix socket, as docs/state-socket.md describes. */
export class StateServer {
  readonly path: string;
  readonly #source: TunnelSource;
  readonly #server: Server;
  readonly #file: SocketFile;
  readonly #clients = new Set<Client>();
  /** Those that were promised something but have not got anything yet. */
  #expected = 0;
  #dropped = 0;
  /** `undefined`: nobody reads, so nothing is remembered. */
  #stream: TunnelStream | undefined;
  #work: Promise<void> = Promise.resolve();

  private constructor(path: string, source: TunnelSource, server: Server, file: SocketFile) {
    this.path = path;
    this.#source = source;
    this.#server = server;
    this.#file = file;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** Begins to listen. Rejects if it can't, in a sentence that names the path.
   *
   *  @param before what this process listens with already, possibly in the same place */
  static async listen(config: StateSocketConfig, source: TunnelSource, before?: StateServer): Promise<StateServer> {
    const server = createServer({
      requestTimeout: 5000,
      headersTimeout: 5000,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 5000,
    });
    server.maxConnections = 4 * MOST_CLIENTS;
    // A second answer on a connection would wait for ever for the end of the first.
    server.maxRequestsPerSocket = 1;
    const file = await SocketFile.listen(server, { ...PLACE, ...config }, before?.path === config.path);
    server.unref();
    return new StateServer(config.path, source, server, file);
  }

  get status(): StateServerStatus {
    return { path: this.path, clients: this.#clients.size + this.#expected, dropped: this.#dropped };
  }

  /** Tells what changed, and that the agent lives. To be called after each scrape. */
  publish(): void {
    const stream = this.#stream;
    if (stream !== undefined) this.#then(() => this.#advance(stream, true));
  }

  async close(): Promise<void> {
    await this.#file.remove();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse): void {
    const refuse = (code: number, why: string): void => {
      response.writeHead(code, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
    };
    const [path, query] = url.split('?', 2);
    if (path !== '/v1/tunnels') refuse(404, 'there is /v1/tunnels');
    else if (method !== 'GET') refuse(405, 'only GET');
    else if (this.status.clients >= MOST_CLIENTS) refuse(503, `there are ${MOST_CLIENTS} clients already`);
    else {
      response.writeHead(200, { ...HEADERS, 'content-type': 'application/x-ndjson' });
      response.flushHeaders();
      this.#add(response, new URLSearchParams(query).get('watch') !== 'false');
    }
  }

  #add(response: ServerResponse, watches: boolean): void {
    const client = new Client(response, () => this.#dropped++);
    this.#expected++;
    response.once('close', () => {
      this.#clients.delete(client);
      if (this.#clients.size === 0 && this.#expected === 0) this.#stream = undefined;
    });
    this.#then(async () => {
      try {
        const stream = (this.#stream ??= new TunnelStream());
        await this.#advance(stream, false);
        const pieces = await runInSlices(stream.all(this.#source.interval()));
        if (response.destroyed) return;
        this.#clients.add(client);
        client.begin(pieces);
        if (!watches) client.end();
      } finally {
        this.#expected--;
      }
    });
  }

  /** @param always also if nothing changed */
  async #advance(stream: TunnelStream, always: boolean): Promise<void> {
    const tunnels = await this.#source.tunnels();
    if (!always && stream.isOf(tunnels.views)) return;
    const pieces = await runInSlices(stream.advance(tunnels));
    for (const client of this.#clients) client.push(pieces);
  }

  /** One after the other: each frame builds on the one before. */
  #then(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch(() => undefined);
  }
}
