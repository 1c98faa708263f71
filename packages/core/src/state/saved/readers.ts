import { isDeepStrictEqual } from 'node:util';
import { VERSION, type Header, type LineKind, type Lines } from './format.js';
import { counts, flag, list, number, object, oneOf, optional, text, type Reader } from './reader.js';

const io = object({ startTime: number, receive: number, transmit: number });
const totals = object({
  startTime: number,
  handshakes: number,
  endpointChanges: counts('first', 'address', 'port', 'family'),
  failedAttempts: counts('initiating_in_vain', 'responding_in_vain'),
});
const peer = object({
  publicKey: text,
  hasPresharedKey: optional(flag),
  endpoint: optional(text),
  allowedIPs: list(text),
  lastHandshakeTime: optional(number),
  receiveBytes: number,
  transmitBytes: number,
  persistentKeepaliveInterval: optional(number),
});
const judged = {
  peer,
  expectation: oneOf('always', 'site', 'on_demand'),
  state: oneOf('active', 'stale', 'never', 'idle'),
  reason: optional(oneOf('expired', 'unanswered', 'initiating_in_vain', 'responding_in_vain')),
};
/** Gives the same object as long as the same is read: what many peers have in common. */
function shared<T extends object>(reader: Reader<T>): Reader<T> {
  let last: T | undefined;
  return (value) => {
    const read = reader(value);
    if (last === undefined || !isDeepStrictEqual(last, read)) last = read;
    return last;
  };
}

const attempts = object({ initiating_in_vain: number, responding_in_vain: number });
const pending = object({ initiating_in_vain: flag, responding_in_vain: flag });
const connection = object({ since: optional(number), receive: number, transmit: number });
const header = object({
  wgotel: oneOf('state'),
  version: oneOf(VERSION),
  boot: optional(text),
  time: number,
  monotonicTime: number,
});

export const readHeader: Reader<Header> = header;

const ofAnyVersion = object({ wgotel: oneOf('state'), version: number });

/** @throws {RangeError} if the first line says another version than this program's
 *  @throws {TypeError} if it says none */
export function assertVersion(firstLine: unknown): void {
  const { version } = ofAnyVersion(firstLine);
  if (version !== VERSION)
    throw new RangeError(`it is of version ${version}, and this wgotel reads version ${VERSION}`);
}

/** The kinds of lines after the first one, each with its reader.
 *
 *  @param shift what to add to instants on the monotonic clock */
export function lineReaders(shift: number): { readonly [K in LineKind]: Reader<Lines[K]> } {
  const instant: Reader<number> = (value) => number(value) + shift;
  const scraped = object({ time: number, monotonicTime: instant });
  const failure = object({
    source: text,
    device: optional(text),
    netns: optional(text),
    everywhere: optional(oneOf(true)),
  });
  const flap = object({
    former: list(object({ endpoint: text, left: instant })),
    counted: list(object({ at: instant, time: number, back: flag, from: text, to: text })),
    flapping: optional(object({ since: number, changes: number, back: number, addresses: list(text) })),
  });
  return {
    tracker: object({ failed: flag, unseen: list(failure), rankedAt: optional(instant) }),
    error: object({ device: optional(text), netns: optional(text), type: text, startTime: number, value: number }),
    device: object({
      device: object({
        name: text,
        type: oneOf('kernel', 'userspace'),
        netns: optional(text),
        source: text,
        publicKey: optional(text),
        listenPort: optional(number),
        firewallMark: optional(number),
        up: optional(flag),
        countingSince: optional(number),
        incarnation: optional(text),
        standardMessages: flag,
      }),
      up: optional(oneOf(0, 1)),
      readTime: number,
      readMonotonicTime: instant,
      incarnation: optional(text),
      gone: flag,
      uncounted: flag,
      link: optional(flag),
      configChanges: number,
      countedSince: optional(number),
      previous: optional(scraped),
      overflow: optional(object({ startTime: number, receive: number, transmit: number, totals })),
    }),
    peer: object({
      ...judged,
      appeared: instant,
      ioBase: shared(io),
      frozen: optional(object({ receive: number, transmit: number })),
      totals,
      lastEndpoint: optional(text),
      handshake: optional(instant),
      rankedBytes: number,
      met: flag,
      evidence: optional(
        object({ attempts, pending, unanswered: optional(object({ millis: number, scrapes: number })) }),
      ),
      flap: optional(flap),
      connection: optional(connection),
    }),
    record: object({
      ...judged,
      record: oneOf('removed', 'added', 'lost'),
      name: optional(text),
      addresses: list(text),
      at: instant,
    }),
    end: object({ lines: number }),
  };
}
