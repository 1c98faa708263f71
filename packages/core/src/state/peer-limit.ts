import type { PeerTracker } from './peer-tracker.js';

/** Members change at most this often, in milliseconds. */
const RANKING_INTERVAL = 3_600_000;
/** A folded peer must have moved this many times the bytes of a member to take its place. */
const HYSTERESIS = 2;

/** Decides which peers have points of their own, up to a limit: membership is sticky, first come first served, and
 *  reviewed once an hour by bytes moved. The others are folded. */
export class PeerLimit {
  readonly #limit: number;
  #members = 0;
  #rankedAt: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** When peers were last ranked, on the monotonic clock. `undefined`: never. */
  get rankedAt(): number | undefined {
    return this.#rankedAt;
  }

  restore(rankedAt: number | undefined): void {
    this.#rankedAt = rankedAt;
  }

  /** Whether a new peer would not become a member. */
  get isFull(): boolean {
    return this.#members >= this.#limit;
  }

  /** Whether a new peer becomes a member. */
  admit(): boolean {
    if (this.isFull) return false;
    this.#members++;
    return true;
  }

  release(): void {
    this.#members--;
  }

  /** The peers to change over, if it is time to review. It pauses between walks over all peers.
   *
   *  @param all every peer; walked only then */
  *review(monotonicTime: number, all: () => PeerTracker[]): Generator<void, PeerTracker[]> {
    this.#rankedAt ??= monotonicTime;
    if (monotonicTime - this.#rankedAt < RANKING_INTERVAL) return [];
    this.#rankedAt = monotonicTime;
    const peers = all();
    yield;
    const changes = this.#members < peers.length ? yield* this.#changes(peers) : [];
    yield;
    for (const peer of peers) peer.rankedBytes = 0;
    return changes;
  }

  *#changes(peers: PeerTracker[]): Generator<void, PeerTracker[]> {
    const weakest = scores(peers.filter(({ individual }) => individual));
    yield;
    const strongest = scores(peers.filter(({ individual }) => !individual)).toReversed();
    const free = Math.min(this.#limit - this.#members, strongest.length);
    let swaps = 0;
    while (
      free + swaps < strongest.length &&
      swaps < weakest.length &&
      strongest[free + swaps]! > HYSTERESIS * weakest[swaps]!
    ) {
      swaps++;
    }
    this.#members += free;
    yield;
    return [
      ...pick(peers, swaps, (peer) => peer.individual && peer.rankedBytes <= weakest[swaps - 1]!),
      ...pick(peers, free + swaps, (peer) => !peer.individual && peer.rankedBytes >= strongest[free + swaps - 1]!),
    ];
  }
}

/** Bytes moved, least first. Typed arrays sort without calling back. */
function scores(peers: PeerTracker[]): Float64Array {
  return Float64Array.from(peers, ({ rankedBytes }) => rankedBytes).toSorted();
}

/** The first `count` peers that are eligible. */
function pick(peers: PeerTracker[], count: number, eligible: (peer: PeerTracker) => boolean): PeerTracker[] {
  const picked: PeerTracker[] = [];
  for (const peer of peers) {
    if (picked.length === count) break;
    if (eligible(peer)) picked.push(peer);
  }
  return picked;
}
