import type { PeerView, Series } from '@wgotel/core';
import type { Turns } from './turns.js';

type Views = readonly (PeerView | undefined)[];

/** Peers between two pauses. */
const BATCH = 4096;

/** The histories of a device's peers, in arrays that belong together: at an index each has what concerns one peer. */
export class PeerHistories {
  /** As they were read. */
  readonly peers: readonly PeerView[];
  /** The same, and an `undefined` for each peer that is gone since the previous scrape. */
  readonly current: Views;
  readonly previous: Views;
  readonly earlier: Views;
  /** See {@link Turns}. */
  readonly phases: Float64Array;

  private constructor(
    peers: readonly PeerView[],
    current: Views,
    previous: Views,
    earlier: Views,
    phases: Float64Array,
  ) {
    this.peers = peers;
    this.current = current;
    this.previous = previous;
    this.earlier = earlier;
    this.phases = phases;
  }

  /** Pauses now and then, for the event loop's sake.
   *
   *  @param last the histories up to the previous scrape */
  static *of(
    peers: readonly PeerView[],
    last: PeerHistories | undefined,
    turns: Turns,
  ): Generator<void, PeerHistories> {
    if (last === undefined) return new PeerHistories(peers, peers, [], [], turns.phases(peers.length));
    if (areInPlace(peers, last.peers)) return new PeerHistories(peers, peers, last.peers, last.previous, last.phases);
    const places = yield* placesOf(peers, last.peers);
    const current: (PeerView | undefined)[] = [];
    const previous: (PeerView | undefined)[] = [];
    const earlier: (PeerView | undefined)[] = [];
    const phases = new Float64Array(places.length);
    for (const [i, place] of places.entries()) {
      current.push(peers[i]);
      previous.push(place === undefined ? undefined : last.peers[place]);
      earlier.push(place === undefined ? undefined : last.previous[place]);
      phases[i] = place === undefined ? turns.nextPhase() : last.phases[place]!;
      if (i % BATCH === BATCH - 1) yield;
    }
    return new PeerHistories(peers, current, previous, earlier, phases);
  }
}

/** Whether the same peers are listed in the same order: mostly they are. */
function areInPlace(peers: readonly PeerView[], previous: readonly PeerView[]): boolean {
  if (peers.length !== previous.length) return false;
  for (let i = 0; i < peers.length; i++) {
    if (peers[i] !== previous[i] && peers[i]!.series !== previous[i]!.series) return false;
  }
  return true;
}

/** Where in the previous list each peer is, `undefined` for a new one; then where those are that are gone. */
function* placesOf(peers: readonly PeerView[], previous: readonly PeerView[]): Generator<void, (number | undefined)[]> {
  const left = new Map<Series, number>();
  for (const [i, { series }] of previous.entries()) {
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
