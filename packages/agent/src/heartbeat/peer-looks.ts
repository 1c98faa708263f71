import type { PeerView, Series } from '@wgotel/core';
import type { Turns } from './turns.js';

type Views = readonly (PeerView | undefined)[];

/** Peers between two pauses. */
const BATCH = 4096;

/** The peers of a device, each beside what it was at the two scrapes before, in arrays that belong together. */
export class PeerLooks {
  /** As they were read. */
  readonly peers: readonly PeerView[];
  /** The same, and an `undefined` for each peer that is gone since the scrape before. */
  readonly now: Views;
  readonly before: Views;
  readonly older: Views;
  /** See {@link Turns}. */
  readonly phases: Float64Array;

  private constructor(peers: readonly PeerView[], now: Views, before: Views, older: Views, phases: Float64Array) {
    this.peers = peers;
    this.now = now;
    this.before = before;
    this.older = older;
    this.phases = phases;
  }

  /** Pauses now and then, for the event loop's sake.
   *
   *  @param last what the scrape before led to */
  static *of(peers: readonly PeerView[], last: PeerLooks | undefined, turns: Turns): Generator<void, PeerLooks> {
    if (last === undefined) return new PeerLooks(peers, peers, [], [], turns.phases(peers.length));
    if (areInPlace(peers, last.peers)) return new PeerLooks(peers, peers, last.peers, last.before, last.phases);
    const places = yield* placesOf(peers, last.peers);
    const now: (PeerView | undefined)[] = [];
    const before: (PeerView | undefined)[] = [];
    const older: (PeerView | undefined)[] = [];
    const phases = new Float64Array(places.length);
    for (const [i, place] of places.entries()) {
      now.push(peers[i]);
      before.push(place === undefined ? undefined : last.peers[place]);
      older.push(place === undefined ? undefined : last.before[place]);
      phases[i] = place === undefined ? turns.nextPhase() : last.phases[place]!;
      if (i % BATCH === BATCH - 1) yield;
    }
    return new PeerLooks(peers, now, before, older, phases);
  }
}

/** Whether the same peers are listed in the same order: mostly they are. */
function areInPlace(peers: readonly PeerView[], before: readonly PeerView[]): boolean {
  if (peers.length !== before.length) return false;
  for (let i = 0; i < peers.length; i++) {
    if (peers[i] !== before[i] && peers[i]!.series !== before[i]!.series) return false;
  }
  return true;
}

/** Where in the list before each peer is, `undefined` for a new one; then where those are that are gone. */
function* placesOf(peers: readonly PeerView[], before: readonly PeerView[]): Generator<void, (number | undefined)[]> {
  const left = new Map<Series, number>();
  for (const [i, { series }] of before.entries()) {
    left.set(series, i);
    if (i % BATCH === BATCH - 1) yield;
  }
  const places: (number | undefined)[] = [];
  for (const [i, { series }] of peers.entries()) {
    places.push(left.get(series));
    left.delete(series);
    if (i % BATCH === BATCH - 1) yield;
  }
  for (const place of left.values()) places.push(place);
  return places;
}
