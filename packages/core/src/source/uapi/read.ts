import { connect } from 'node:net';
import { WireGuardError } from '../../errors.js';
import { LineBuffer } from '../line-buffer.js';
import { toFailure } from '../source.js';
import type { UapiParser } from './parse.js';
import { asWireGuardError, type UapiSocket } from './sockets.js';

/** Some 3000 peers: what is parsed within a few milliseconds. */
const MOST_IN_ONE_GO = 1024 * 1024;

/** Asks a device for its state over its socket and parses the answer as it comes in. The bytes pass through one buffer,
 *  zeroed at the end: the reply holds private keys.
 *
 *  @throws {WireGuardError} `PERMISSION_DENIED`, `DEVICE_NOT_FOUND`, `CONNECTION_FAILED`, `PROTOCOL`, `TIMEOUT`,
 *  `READ_FAILED` */
export function readUapi(
  { device, path }: UapiSocket,
  parser: UapiParser,
  signal: AbortSignal,
  now: number,
): Promise<ReturnType<UapiParser['end']>> {
  const buffer = new LineBuffer((bytes, end) => parser.parse(bytes, end));
  parser.begin(now);
  return new Promise((resolve, reject) => {
    const socket = connect({
      path,
      onread: {
        buffer: () => buffer.space(),
        callback: (count: number): boolean => {
          guard(() => {
            buffer.commit(count);
            if (parser.done) finish(() => resolve(parser.end()));
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
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      buffer.clear();
      socket.destroy();
      settle();
    };
    const fail = (error: WireGuardError): void => finish(() => reject(error));
    const guard = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        const { code, message } = toFailure('uapi', device, error);
        fail(new WireGuardError(code, `${path}: ${message}`, { device, cause: error }));
      }
    };
    const onAbort = (): void =>
      fail(new WireGuardError('TIMEOUT', `${path} gave no full answer in time; is its program stuck?`, { device }));

    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(asWireGuardError(error, path, device)));
    socket.on('end', () =>
      fail(
        new WireGuardError(
          'CONNECTION_FAILED',
          `${path} closed the connection in mid-answer: its program has ended or is in trouble, its log says more`,
          { device },
        ),
      ),
    );
    socket.on('connect', () => socket.write('get=1\n\n'));
  });
}
