import { createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { READER_PROTOCOL, writeReading, type Reading, type Source } from '@wgotel/core';
import { TroubleLog } from '../trouble-log.js';
import type { Logger } from '../log.js';
import { SocketFile, type SocketPlace } from '../socket-file.js';
import { VERSION } from '../version.js';

const MOST_CLIENTS = 8;

/** What a request has at most, in bytes. */
const LONGEST_REQUEST = 256;

/** Within which a client must have asked, in milliseconds. */
const PATIENCE = 5000;

/** Within which it must have taken its answer, in milliseconds. */
const LONGEST_TAKING = 60_000;

const PLACE: Omit<SocketPlace, 'path'> = {
  mode: 0o600,
  folderMode: 0o700,
  what: "what is read can't be told",
  setting: '--socket',
};

/** Answers those who ask on a Unix socket with what a source reads, as docs/sources.md describes. It reads when it is asked and
 *  at no other time, once for each client and for one after the other. */
export class ReaderServer {
  readonly #source: Source;
  readonly #log: Logger;
  readonly #trouble: TroubleLog;
  readonly #server: Server;
  readonly #file: SocketFile;
  readonly #clients = new Set<Socket>();
  #previous: Reading | undefined;
  #work: Promise<unknown> = Promise.resolve();

  private constructor(source: Source, log: Logger, server: Server, file: SocketFile) {
    this.#source = source;
    this.#log = log;
    this.#trouble = new TroubleLog(log, () => performance.now());
    this.#server = server;
    this.#file = file;
    server.on('connection', (socket) => void this.#serve(socket));
    server.on('drop', () => {
      this.#trouble.seen('crowd', `a client was turned away: there are ${MOST_CLIENTS} already`, {});
    });
  }

  /** Begins to listen. Rejects if it can't, in a sentence that names the path. */
  static async listen(path: string, source: Source, log: Logger): Promise<ReaderServer> {
    const server = createServer();
    server.maxConnections = MOST_CLIENTS;
    const file = await SocketFile.listen(server, { ...PLACE, path }, false);
    return new ReaderServer(source, log, server, file);
  }

  /** Ends, clients that wait for an answer included. */
  async close(): Promise<void> {
    await this.#file.remove();
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const client of this.#clients) client.destroy();
    await closed;
    await this.#work;
  }

  async #serve(socket: Socket): Promise<void> {
    this.#clients.add(socket);
    const enough = new AbortController();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#clients.delete(socket);
      enough.abort();
    });
    try {
      const request = await nextRequest(socket, () => enough.abort());
      if (request === undefined) return;
      // Whoever asks in another version learns ours from the header.
      if (request !== READER_PROTOCOL.request) return void socket.end(READER_PROTOCOL.header(VERSION));
      const reading = await this.#read(socket, enough.signal);
      if (reading !== undefined) await this.#answer(socket, reading);
    } catch (error) {
      this.#log.error('WireGuard can not be read', { error: (error as Error).message });
      socket.destroy();
    }
  }

  async #answer(socket: Socket, reading: Reading): Promise<void> {
    const limit = AbortSignal.timeout(LONGEST_TAKING);
    try {
      await pipeline(Readable.from(paced(writeReading(reading, VERSION))), socket, { signal: limit });
    } catch {
      // A client that has gone is no trouble of ours.
      if (limit.aborted) {
        this.#trouble.seen('slow', `a client was cut off: it did not take its answer in ${LONGEST_TAKING} ms`, {});
      }
    }
    socket.destroy();
  }

  /** Waits for those who asked earlier, then reads. `undefined`: the client has gone meanwhile. */
  #read(socket: Socket, signal: AbortSignal): Promise<Reading | undefined> {
    const reading = this.#work.then(async () => {
      if (socket.destroyed) return undefined;
      return (this.#previous = await this.#source.read({ signal, previous: this.#previous }));
    });
    this.#work = reading.catch(() => undefined);
    return reading;
  }
}

/** Waits for the first line, such as a request. `undefined`: there comes none, or what comes is none of this protocol; the
 *  connection is then closed.
 *
 *  @param onEnough told of the line that says that what was read by then will do */
function nextRequest(socket: Socket, onEnough: () => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => socket.destroy(), PATIENCE);
    let text = '';
    socket.once('close', () => {
      clearTimeout(patience);
      resolve(undefined);
    });
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const [request, rest] = text.split(/(?<=\n)/, 2);
      if (text.length > LONGEST_REQUEST || !text.startsWith(READER_PROTOCOL.greeting.slice(0, text.length)))
        socket.destroy();
      else if (request?.endsWith('\n') === true) {
        clearTimeout(patience);
        resolve(request);
        if (rest === READER_PROTOCOL.enough) onEnough();
      }
    });
  });
}

/** Lets the event loop go round between two pieces. */
async function* paced(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    yield piece;
    await setImmediate();
  }
}
