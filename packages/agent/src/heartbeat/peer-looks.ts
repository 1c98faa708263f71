import type { PeerView, Series } from '@wgotel/core';
import type { Turns } from './turns.js';

type Views = readonly (PeerView | undefined)[];

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

  /** @param last what the scrape before led to */
  static of(peers: readonly PeerView[], last: PeerLooks | undefined, turns: Turns): PeerLooks {
    if (last === undefined) return new PeerLooks(peers, peers, [], [], turns.phases(peers.length));
    if (areInPlace(peers, last.peers)) return new PeerLooks(peers, peers, last.peers, last.before, last.phases);
    const places = placesOf(peers, last.peers);
    const pick = (views: Views): Views => places.map((place) => (place === undefined ? undefined : views[place]));
    const phases = Float64Array.from(places, (place) =>
      place === undefined ? turns.nextPhase() : last.phases[place]!,
    );
    const now = places.map((_, i) => peers[i]);
    return new PeerLooks(peers, now, pick(last.peers), pick(last.before), phases);
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
function placesOf(peers: readonly PeerView[], before: readonly PeerView[]): (number | undefined)[] {
  const left = new Map<Series, number>();
  for (const [i, { series }] of before.entries()) left.set(series, i);
  const places = peers.map(({ series }) => {
    const place = left.get(series);
    left.delete(series);
    return place;
  });
  return [...places, ...left.values()];
}
