import type { Device, Peer } from '../model/device.js';
import type { PeerState } from '../model/peer-state.js';
import type { SourceFailure, SourceNote } from '../model/snapshot.js';
import type { Change } from './change.js';
import type { Series } from './series.js';

/** - `expired`: it is always expected, and its last handshake is older than T, or none came within T
 *  - `unanswered`: data was sent, and nothing came back over two scrapes and 30 s
 *  - `initiating_in_vain`: our handshake initiations have gone unanswered for a minute
 *  - `responding_in_vain`: its initiations come in and our answers lead to nothing: another preshared key, or a lost way
 *    back */
export type StaleReason = 'expired' | 'unanswered' | FailedAttempt;

export type FailedAttempt = 'initiating_in_vain' | 'responding_in_vain';

/** What is expected of a peer: `always` there (we send it keepalives), a `site` to be there when needed, or a client that
 *  comes `on_demand`. */
export type Expectation = 'always' | 'site' | 'on_demand';

/** Who a peer is, for whoever says something of it. */
export interface PeerIdentity {
  readonly device: string;
  readonly id: string;
  /** `undefined`: nobody named it. */
  readonly name: string | undefined;
}

/** What somebody says of a peer instead of what its setup suggests. */
export interface PeerExpectation {
  readonly expect?: Expectation | undefined;
  /** T of {@link PeerState}, in milliseconds. */
  readonly staleAfter?: number | undefined;
}

/** A device that ought to be there. */
export interface RequiredDevice {
  readonly name: string;
  /** Its network namespace, as the source was told it. Absent: this process's own. */
  readonly netns?: string | undefined;
}

/** `undefined`: nothing is said of this peer. */
export type PeerExpectations = (peer: PeerIdentity) => PeerExpectation | undefined;

export type EndpointChange = 'first' | 'address' | 'port' | 'family';

/** Running totals that this process counts itself. They never fall. */
export interface Totals {
  /** When they were 0, in milliseconds since the epoch. */
  readonly startTime: number;
  /** Changes of the handshake time seen from scrape to scrape: a lower bound of the handshakes. */
  readonly handshakes: number;
  /** By kind. Absent: none yet. */
  readonly endpointChanges: Readonly<Partial<Record<EndpointChange, number>>>;
  /** Attempts that led to a handshake are `handshakes`; these did not. Absent: none yet. */
  readonly failedAttempts: Readonly<Partial<Record<FailedAttempt, number>>>;
}

/** Received and transmitted bytes, with the instant at which both were 0. */
export interface Io {
  readonly startTime: number;
  readonly receive: number;
  readonly transmit: number;
}

export interface PeerView {
  readonly peer: Peer;
  readonly series: Series;
  readonly expectation: Expectation;
  readonly state: PeerState;
  /** Given for `stale` only. */
  readonly reason: StaleReason | undefined;
  /** Whether the peer has points of its own. Otherwise what it adds to sums is in {@link DeviceView.overflow}. */
  readonly individual: boolean;
  /** What to take off the device's byte counters to get the peer's own sums, and when those were 0. The offsets are 0
   *  unless part of the bytes went to the overflow. */
  readonly ioBase: Io;
  readonly totals: Totals;
}

/** What peers without points of their own have added, since folding began. */
export interface Overflow {
  /** How many peers are folded now. */
  readonly peers: number;
  readonly io: Io;
  readonly totals: Totals;
}

export interface DeviceView {
  readonly series: Series;
  /** As last read. */
  readonly device: Device;
  /** When that was, in milliseconds since the epoch. */
  readonly readTime: number;
  /** The same on the clock that never steps. */
  readonly readMonotonicTime: number;
  /** 1: there, 0: gone or down. `undefined`: it can't be read, so nobody knows. */
  readonly up: 0 | 1 | undefined;
  /** None for a device that is gone. */
  readonly peers: readonly PeerView[];
  readonly peerCounts: Readonly<Record<PeerState, number>>;
  /** Changes of configuration seen: of the device's key, port or mark, and peers added, removed or set otherwise. */
  readonly configChanges: Count;
  /** `undefined`: every peer has points of its own, and always had. */
  readonly overflow: Overflow | undefined;
}

export interface Count {
  readonly startTime: number;
  readonly value: number;
}

/** How often reading failed in one way. */
export interface ErrorCount extends Count {
  /** `undefined`: the whole source failed. */
  readonly series: Series | undefined;
  /** The failure's code in lower case. */
  readonly type: string;
}

/** All that is known after one scrape. Immutable; views of peers that did not change are the same objects as in the frame
 *  before. */
export interface Frame {
  /** When WireGuard was read, in milliseconds since the epoch. */
  readonly time: number;
  /** The same on a clock that never steps, in milliseconds. */
  readonly monotonicTime: number;
  /** A view read longer ago than this many milliseconds is not shown: blind is not alive. */
  readonly maxAge: number;
  readonly devices: readonly DeviceView[];
  readonly errors: readonly ErrorCount[];
  /** What failed in this scrape. */
  readonly failures: readonly SourceFailure[];
  readonly notes: readonly SourceNote[];
  /** What is otherwise than in the frame before. Empty in the first one, which is the baseline. */
  readonly changes: readonly Change[];
  /** How far the wall clock jumped since the scrape before, in milliseconds; 0 if it did not. */
  readonly clockStep: number;
}
