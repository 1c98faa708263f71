import type { Device } from '../../model/device.js';
import type { DeviceView, FailedAttempt, Io, PeerView, Totals } from '../frame.js';

/** Raised when a program that reads the one before would misread it; what earlier ones wrote (test/fixtures/formats) is read
 *  all the same. Fields that are unknown are ignored, so one more that may be missing is no new version. */
export const VERSION = 1;

/** The first line. Times on the monotonic clock belong to one run of the machine. */
export interface Header {
  readonly wgotel: 'state';
  readonly version: typeof VERSION;
  /** Names that run. `undefined`: unknown. */
  readonly boot: string | undefined;
  /** Of the last snapshot. */
  readonly time: number;
  readonly monotonicTime: number;
}

export interface SavedTracker {
  readonly failed: boolean;
  readonly unseen: readonly SavedFailure[];
  readonly rankedAt: number | undefined;
}

export interface SavedFailure {
  readonly source: string;
  readonly device: string | undefined;
  readonly netns?: string | undefined;
  readonly everywhere?: true | undefined;
}

export interface SavedError {
  readonly device: string | undefined;
  readonly netns: string | undefined;
  readonly type: string;
  readonly startTime: number;
  readonly value: number;
}

export interface SavedOverflow {
  readonly startTime: number;
  readonly receive: number;
  readonly transmit: number;
  readonly totals: Totals;
}

export interface SavedDevice {
  readonly device: Omit<Device, 'peers'>;
  readonly up: DeviceView['up'];
  readonly readTime: number;
  readonly readMonotonicTime: number;
  readonly incarnation: string | undefined;
  readonly gone: boolean;
  readonly uncounted: boolean;
  readonly link: boolean | undefined;
  readonly configChanges: number;
  readonly countedSince: number | undefined;
  readonly previous: { readonly time: number; readonly monotonicTime: number } | undefined;
  readonly overflow: SavedOverflow | undefined;
}

type Judged = Pick<PeerView, 'peer' | 'expectation' | 'state' | 'reason'>;

export interface SavedEvidence {
  readonly attempts: Record<FailedAttempt, number>;
  readonly pending: Record<FailedAttempt, boolean>;
  readonly unanswered: { millis: number; scrapes: number } | undefined;
}

export interface SavedFlap {
  readonly former: readonly { readonly endpoint: string; readonly left: number }[];
  readonly counted: readonly {
    readonly at: number;
    readonly time: number;
    readonly back: boolean;
    readonly from: string;
    readonly to: string;
  }[];
  readonly flapping:
    | { readonly since: number; readonly changes: number; readonly back: number; readonly addresses: readonly string[] }
    | undefined;
}

export interface SavedConnection {
  readonly since: number | undefined;
  readonly receive: number;
  readonly transmit: number;
}

/** A peer of the device of the line before. */
export interface SavedPeer extends Judged {
  readonly appeared: number;
  readonly ioBase: Io;
  readonly frozen: Pick<Io, 'receive' | 'transmit'> | undefined;
  readonly totals: Totals;
  readonly lastEndpoint: string | undefined;
  readonly handshake: number | undefined;
  readonly rankedBytes: number;
  readonly met: boolean;
  readonly evidence: SavedEvidence | undefined;
  readonly flap: SavedFlap | undefined;
  readonly connection: SavedConnection | undefined;
}

/** What is remembered of a peer that came, went, or lost allowed IPs. */
export interface SavedRecord extends Judged {
  readonly record: 'removed' | 'added' | 'lost';
  readonly name: string | undefined;
  /** The allowed IPs it is found by. */
  readonly addresses: readonly string[];
  readonly at: number;
}

/** The lines after the first one, by kind. Peers and records belong to the device before them. */
export interface Lines {
  readonly tracker: SavedTracker;
  readonly error: SavedError;
  readonly device: SavedDevice;
  readonly peer: SavedPeer;
  readonly record: SavedRecord;
  /** The last one. */
  readonly end: { readonly lines: number };
}

export type LineKind = keyof Lines;

/** Writes a line after the first one. */
export function lineOf<K extends LineKind>(kind: K, content: Lines[K]): string {
  return `${JSON.stringify([kind, content])}\n`;
}
