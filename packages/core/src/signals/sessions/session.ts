import type { SpanIds } from '../../model/tunnel.js';
import { REJECT_AFTER_TIME } from '../../state/attempts.js';
import type { PeerChange, PeerHandshake } from '../../state/change.js';
import type { PeerView, StaleReason } from '../../state/frame.js';

/** Events a span has at most: an SDK keeps the last 128 and forgets those before. */
export const MOST_EVENTS = 100;

/** How long a session lasts at most, in milliseconds. */
export const LONGEST_SESSION: number = REJECT_AFTER_TIME * 1000;

/** - `renewed`: the next handshake came
 *  - `expired`: none came within 180 s
 *  - `removed`: the peer or its device went, or was made anew
 *  - `shutdown`: nobody looked any longer */
export type SessionEndReason = 'renewed' | 'expired' | 'removed' | 'shutdown';

export interface SessionEnd {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly reason: SessionEndReason;
}

/** How a session is first heard of. */
export interface SessionBegin {
  readonly peer: PeerView;
  readonly devicePublicKey: string | undefined;
  /** Of the scrape, on the clock that never steps. */
  readonly monotonicTime: number;
  /** `undefined`: it took place in an earlier scrape. */
  readonly handshake: PeerHandshake | undefined;
}

/** Whether an instant is within the session that began with a handshake. */
export function isWithin(handshakeTime: number | undefined, time: number): boolean {
  return handshakeTime !== undefined && time >= handshakeTime && time < handshakeTime + LONGEST_SESSION;
}

/** One WireGuard session: from a handshake to the next, 180 s at most. */
export class Session {
  /** Time of the handshake, in milliseconds since the epoch. */
  readonly start: number;
  /** `undefined`: it took place before anybody looked, or nothing was kept of it. */
  handshake: PeerHandshake | undefined;
  readonly devicePublicKey: string | undefined;
  /** The peer when it was first seen in this session, and last. */
  readonly first: PeerView;
  last: PeerView;
  /** Where the peer was listed last. */
  index = -1;
  /** What happened beside the handshake. */
  readonly changes: PeerChange[] = [];
  droppedChanges = 0;
  failure: StaleReason | undefined;
  /** Whether it will be exported. */
  decided = false;
  /** Whether the writer knows of it. */
  opened = false;
  /** The span of the session that this one renewed, if that is exported. */
  predecessor: SpanIds | undefined;
  /** The span of this one, if its export is certain. */
  published: SpanIds | undefined;
  readonly #monotonicTime: number;

  constructor({ peer, devicePublicKey, monotonicTime, handshake }: SessionBegin) {
    this.start = peer.peer.lastHandshakeTime!;
    this.handshake = handshake;
    this.devicePublicKey = devicePublicKey;
    this.first = peer;
    this.last = peer;
    this.#monotonicTime = monotonicTime;
  }

  /** Of the handshake: there is no other within one, and not every source knows fractions. */
  get second(): number {
    return Math.floor(this.start / 1000);
  }

  add(change: PeerChange): void {
    if (change.type === 'peer.state.changed' && change.reason !== undefined && change.reason !== 'expired') {
      this.failure = change.reason;
    }
    if (this.changes.length < MOST_EVENTS - 1) this.changes.push(change);
    else this.droppedChanges++;
  }

  /** Whether it is over by now: by either clock, as the one may have stepped. */
  isOver(time: number, monotonicTime: number): boolean {
    return time >= this.start + LONGEST_SESSION || monotonicTime - this.#monotonicTime >= LONGEST_SESSION;
  }

  /** When it ended, if something ended it at that time; after 180 s nothing can. */
  endAt(time: number, reason: SessionEndReason, monotonicTime: number): SessionEnd {
    // After a backward step of the wall clock, what it says of the end is no use.
    const length = time >= this.start ? time - this.start : monotonicTime - this.#monotonicTime;
    return length < LONGEST_SESSION
      ? { time: this.start + length, reason }
      : { time: this.start + LONGEST_SESSION, reason: 'expired' };
  }
}

/** Whether a reading of the peer still shows the handshake of that session. */
export function isOf({ second }: Session, { peer: { lastHandshakeTime } }: PeerView): boolean {
  return lastHandshakeTime !== undefined && Math.floor(lastHandshakeTime / 1000) === second;
}
