import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { WireGuardError } from '../../errors.js';
import { SLICE } from '../../model/slices.js';
import { encode, type Request } from './message.js';
import type { Reply } from './reply.js';
import type { NetlinkSocket } from './sockets.js';

/** The kernel makes its datagrams no larger, whatever there is room for. */
const LARGEST_DATAGRAM = 32 * 1024;

/** The one place where answers lie. They hold private keys: each is zeroed before anything else is done, and before the event
 *  loop goes round, so that all readers can share it. */
let shared: Buffer | undefined;

/** How long to wait for what is not there yet, in milliseconds. The kernel has the next datagram ready when it hands out one,
 *  so this is hardly ever needed. */
const PAUSE = 5;

/** Asks the kernel over one socket, one thing after the other. */
export class NetlinkClient {
  readonly #socket: NetlinkSocket;
  #number = 0;

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** Asks, and takes all of the answer. Between two datagrams the event loop goes round when its time has come. An answer
   *  that can't be understood is fetched to its end before it fails: until then the socket takes no other request.
   *
   *  @throws {NetlinkError} if the kernel refuses
   *  @throws {WireGuardError} `PROTOCOL`, `TIMEOUT`, or whatever the reply's taker throws */
  async ask(request: Request, reply: Reply, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw tooLate();
    const number = ++this.#number;
    this.#socket.send(encode(request, number));
    let failure: unknown;
    for (let begun = performance.now(); !reply.done;) {
      if (signal.aborted) throw tooLate();
      shared ??= Buffer.alloc(LARGEST_DATAGRAM);
      const count = this.#socket.receive(shared);
      if (count === 0) {
        if (failure !== undefined) break;
        await delay(PAUSE);
        continue;
      }
      try {
        reply.feed(shared, count, number);
      } catch (error) {
        failure ??= error;
      } finally {
        shared.fill(0, 0, count);
      }
      if (performance.now() - begun > SLICE) {
        await setImmediate();
        begun = performance.now();
      }
    }
    if (failure !== undefined) throw failure;
  }
}

function tooLate(): WireGuardError {
  return new WireGuardError('TIMEOUT', 'the kernel gave no full answer in time');
}
