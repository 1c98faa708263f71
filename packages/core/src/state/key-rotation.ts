import type { PeerAdded, PeerKeyRotated, PeerRemoved } from './change.js';
import type { PeerView } from './frame.js';
import { PeerRecord, type Recorded } from './peer-record.js';
import type { SavedRecord } from './saved/format.js';

/** Between the removal of one and the addition of the other, in milliseconds. */
const LONGEST = 24 * 3_600_000;

/** What happened to the peers of a device in one scrape. */
export type Arrival = PeerAdded | PeerRemoved | PeerKeyRotated;

/** The peers of a device that came and went in one scrape. */
export interface Arrivals {
  readonly added: readonly PeerView[];
  readonly removed: readonly PeerView[];
  /** A peer of the device as it is now. */
  readonly current: (publicKey: string) => PeerView;
  readonly time: number;
  readonly monotonicTime: number;
  readonly devicePublicKey: string | undefined;
}

/** Tells peers of a device that got a new key from those that came or went. It was the same peer if both have the same name,
 *  or if neither has one and all the allowed IPs went over; up to a day apart, in either order. */
export class KeyRotation {
  /** Peers that are gone, with what they had. */
  readonly #removed = new PeerRecord();
  /** Peers that came. */
  readonly #added = new PeerRecord();
  /** Peers that lost allowed IPs, as they were before: WireGuard takes them from one peer when another is given them. */
  readonly #lost = new PeerRecord();

  /** A peer was set otherwise. Must be told before the {@link arrive} of the same scrape. */
  reconfigure(before: PeerView, now: PeerView, monotonicTime: number): void {
    const key = now.peer.publicKey;
    if (this.#added.get(key) !== undefined) this.#added.replace(now);
    const has = new Set(now.peer.allowedIPs);
    const had = this.#lost.get(key)?.view.peer.allowedIPs ?? before.peer.allowedIPs;
    if (had.every((prefix) => has.has(prefix))) this.#lost.delete(key);
    else if (this.#lost.get(key) === undefined) this.#lost.put(before, monotonicTime);
  }

  /** A peer has another name from now on. */
  rename(now: PeerView): void {
    this.#added.replace(now);
  }

  /** Says what became of the peers that came and went. */
  arrive({ added, removed, current, time, monotonicTime, devicePublicKey }: Arrivals): Arrival[] {
    const oldest = monotonicTime - LONGEST;
    for (const record of [this.#removed, this.#added, this.#lost]) record.forget(oldest);
    const gone = new Map<string, PeerView>();
    const rotated: Arrival[] = [];
    const rotate = (peer: PeerView, previous: PeerView): void => {
      const basis = peer.series.peerName === undefined ? 'allowed_ips' : 'name';
      rotated.push({ type: 'peer.key.rotated', time, peer, devicePublicKey, previous, basis });
    };
    for (const { peer } of removed) this.#added.delete(peer.publicKey);
    for (const view of removed) {
      const key = view.peer.publicKey;
      const had = withAddressesOf(view, this.#lost.get(key)?.view);
      this.#lost.delete(key);
      const successor = this.#added.successor(had);
      if (successor === undefined) {
        gone.set(key, view);
        this.#removed.put(had, monotonicTime, view);
      } else {
        this.#added.delete(successor.peer.publicKey);
        rotate(current(successor.peer.publicKey), view);
      }
    }
    const come: Arrival[] = [];
    for (const peer of added) {
      this.#removed.delete(peer.peer.publicKey);
      const previous = this.#removed.successor(peer);
      if (previous === undefined) {
        const addressReused = this.#removed.hasAddressesOf(peer) || this.#lost.hasAddressesOf(peer);
        come.push({ type: 'peer.added', time, peer, devicePublicKey, addressReused });
        this.#added.put(peer, monotonicTime);
      } else {
        this.#removed.delete(previous.peer.publicKey);
        gone.delete(previous.peer.publicKey);
        rotate(peer, previous);
      }
    }
    const went = Array.from(gone.values(), (peer): Arrival => ({ type: 'peer.removed', time, peer, devicePublicKey }));
    return [...went, ...rotated, ...come];
  }

  /** All that is remembered, of each kind the oldest first. */
  *records(): Generator<[kind: SavedRecord['record'], Recorded]> {
    for (const each of this.#removed.list()) yield ['removed', each];
    for (const each of this.#added.list()) yield ['added', each];
    for (const each of this.#lost.list()) yield ['lost', each];
  }

  restore(kind: SavedRecord['record'], { view, last, at }: Recorded): void {
    const record = { removed: this.#removed, added: this.#added, lost: this.#lost }[kind];
    record.put(view, at, last);
  }
}

function withAddressesOf(view: PeerView, before: PeerView | undefined): PeerView {
  if (before === undefined) return view;
  return { ...view, peer: { ...view.peer, allowedIPs: before.peer.allowedIPs } };
}
