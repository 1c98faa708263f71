import { connect } from 'node:net';
import { WireGuardError } from '../errors.js';
import { LineBuffer } from './line-buffer.js';
import { toFailure } from './source.js';

/** Some 3000 peers: what is parsed within a few milliseconds. */
const MOST_IN_ONE_GO = 1024 * 1024;

/** How long an answer that was cut short may still take, in milliseconds. */
const GRACE = 2000;

/** What is asked over a Unix socket. */
export interface Question {
  readonly path: string;
  readonly request: string;
  /** Sent when the signal fires: what has been found by then is answered at once. Absent: nothing is waited for then. */
  readonly enough?: string;
  /** Takes whole lines of the answer as they come in: `bytes` from 0 up to `end`. */
  readonly parser: { readonly done: boolean; parse(bytes: Buffer, end: number): void };
  readonly signal: AbortSignal;
  /** The device concerned. Absent: the whole source. */
  readonly device?: string;
  /** Says what an error of the operating system means, and what to do. */
  readonly explain: (error: NodeJS.ErrnoException) => WireGuardError;
}

/** Asks over a Unix socket, and has the answer parsed as it comes in, until the parser is done. The bytes pass through one
 *  buffer, zeroed at the end: an answer may hold private keys.
 *
 *  @throws {WireGuardError} `TIMEOUT`, `CONNECTION_FAILED`, what `explain` makes, or what the parser throws, with the path */
export function askOver({ path, request, enough, parser, signal, device, explain }: Question): Promise<void> {
  const buffer = new LineBuffer((bytes, end) => parser.parse(bytes, end));
  return new Promise((resolve, reject) => {
    const socket = connect({
      path,
      onread: {
        buffer: () => buffer.space(),
        callback: (count: number): boolean => {
          guard(() => {
            buffer.commit(count);
            if (parser.done) finish(resolve);
          });
          return !parser.done && !isEnoughForNow(count);
        },
      },
    });
    // libuv would go on for up to 32 reads without giving the event loop back.
    let inOneGo = 0;
    const isEnoughForNow = (count: number): boolean => {
      inOneGo += count;
      if (inOneGo < MOST_IN_ONE_GO) return false;
      inOneGo = 0;
      setImmediate(() => socket.resume());
      return true;
    };
    let grace: NodeJS.Timeout | undefined;
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(grace);
      buffer.clear();
      socket.destroy();
      settle();
    };
    const fail = (error: WireGuardError): void => finish(() => reject(error));
    const guard = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        const { code, message } = toFailure('', device, error);
        fail(new WireGuardError(code, `${path}: ${message}`, { device, cause: error }));
      }
    };
    const giveUp = (): void =>
      fail(new WireGuardError('TIMEOUT', `${path} gave no full answer in time; is its program stuck?`, { device }));
    const onAbort = (): void => {
      if (enough === undefined) return giveUp();
      socket.write(enough);
      grace = setTimeout(giveUp, GRACE);
    };

    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(explain(error)));
    socket.on('end', () =>
      fail(
        new WireGuardError(
          'CONNECTION_FAILED',
          `${path} closed the connection in mid-answer: its program has ended or is in trouble, its log says more`,
          { device },
        ),
      ),
    );
    socket.on('connect', () => socket.write(request));
  });
}
