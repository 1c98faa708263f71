import type { Reading, SourceFailure } from '../model/snapshot.js';
import { isWireGuardError, WireGuardError } from '../errors.js';

export interface ReadOptions {
  /** Wall clock, milliseconds since the epoch, for devices that give ages instead of times. Default: the system's. */
  readonly now?: number | undefined;
  /** Ends the reading: what is read by then is kept, the rest becomes `TIMEOUT` failures. */
  readonly signal: AbortSignal;
  /** What this source returned last time. Whatever did not change since should be returned as the same object. */
  readonly previous: Reading | undefined;
}

/** Reads WireGuard. Knows nothing of what becomes of it.
 *
 *  `read` rejects for programming errors only: what can't be read is in `failures`. */
export interface Source {
  /** Named after what is read, for example `uapi`. */
  readonly name: string;
  read(options: ReadOptions): Promise<Reading>;
}

/** Turns whatever was thrown while reading into an entry of {@link Reading.failures}. */
export function toFailure(source: string, device: string | undefined, error: unknown, netns?: string): SourceFailure {
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const known = isWireGuardError(error)
    ? error
    : isTimeout
      ? new WireGuardError('TIMEOUT', 'reading took too long')
      : new WireGuardError('READ_FAILED', `reading failed: ${error instanceof Error ? error.message : String(error)}`);
  const { code, message } = known;
  return { source, device: device ?? known.device, ...(netns !== undefined && { netns }), code, message };
}
