import type { WireGuardErrorCode } from '../errors.js';
import type { Device } from './device.js';

/** Something that could not be read, beside what could. */
export interface SourceFailure {
  /** The source that failed, for example `uapi`. */
  readonly source: string;
  /** `undefined`: the whole source. */
  readonly device: string | undefined;
  /** The network namespace it was in. Absent: this process's own. */
  readonly netns?: string | undefined;
  /** Whether it hides devices of all sources and namespaces, as when a reader does not answer. Absent: no. */
  readonly everywhere?: true | undefined;
  readonly code: WireGuardErrorCode;
  /** What failed and what to do about it, in a sentence. */
  readonly message: string;
}

/** What there is to say of a source although nothing failed, for whoever wonders: mostly why it serves nothing. */
export interface SourceNote {
  readonly source: string;
  readonly message: string;
}

/** What a source found. Partial failure keeps the rest: `devices` holds whatever could be read. */
export interface Reading {
  readonly devices: readonly Device[];
  readonly failures: readonly SourceFailure[];
  readonly notes: readonly SourceNote[];
}

/** Everything read of WireGuard at one instant. The loop that asked stamps it; nothing else reads a clock. */
export interface Snapshot extends Reading {
  /** Wall clock, milliseconds since the epoch. */
  readonly takenAt: number;
  /** Milliseconds of a clock that never steps and goes on while the machine sleeps. */
  readonly monotonicTime: number;
}
