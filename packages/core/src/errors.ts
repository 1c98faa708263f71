/** What went wrong, as a stable word a program can switch on.
 *
 *  - `SOURCE_UNAVAILABLE`: a program or folder the source needs is not there
 *  - `PERMISSION_DENIED`: it is there, but this process may not read it
 *  - `DEVICE_NOT_FOUND`: the device went away between being listed and being read
 *  - `CONNECTION_FAILED`: nobody answers at the device's socket, or the connection broke
 *  - `PROTOCOL`: the answer is not what the protocol says
 *  - `TIMEOUT`: no full answer in time
 *  - `READ_FAILED`: the device or program reported an error of its own
 *  - `INVALID_OPTION`: an option given by the caller can't be used */
export type WireGuardErrorCode =
  | 'SOURCE_UNAVAILABLE'
  | 'PERMISSION_DENIED'
  | 'DEVICE_NOT_FOUND'
  | 'CONNECTION_FAILED'
  | 'PROTOCOL'
  | 'TIMEOUT'
  | 'READ_FAILED'
  | 'INVALID_OPTION';

export interface WireGuardErrorFacts {
  readonly device?: string | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('@wgotel/core.WireGuardError');

/** The one error class of this library. The message says what failed, with which input, and what to do; it never holds
 *  key material. */
export class WireGuardError extends Error {
  readonly code: WireGuardErrorCode;
  /** The device concerned. `undefined`: the whole source. */
  readonly device: string | undefined;

  constructor(code: WireGuardErrorCode, message: string, facts: WireGuardErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.device = facts.device;
  }

  static {
    this.prototype.name = 'WireGuardError';
    Object.defineProperty(this.prototype, BRAND, { value: true });
  }
}

/** Tells a {@link WireGuardError}, also one made by another copy of this package, from other values. */
export function isWireGuardError(value: unknown): value is WireGuardError {
  return typeof value === 'object' && value !== null && BRAND in value;
}
