/** From one reading to the next, in milliseconds since the epoch. */
export interface TimeRange {
  /** `undefined`: there was none before, or what was sent by then does not count. */
  readonly from: number | undefined;
  readonly to: number;
}

/** Successive multiples of it, without their whole part, are spread evenly however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Says when it is whose turn to be sent although nothing changed: once in each heartbeat, each peer at an instant of its
 *  own, so that the scrapes in between have about the same to send. */
export class Turns {
  readonly #heartbeat: number;
  readonly #begun: number;
  #newcomers = 0;

  /** @param heartbeat in milliseconds
   *  @param begun some time, in milliseconds since the epoch, that differs from host to host */
  constructor(heartbeat: number, begun: number) {
    this.#heartbeat = heartbeat;
    this.#begun = begun;
  }

  /** Gives each of some peers a phase: how long before those of phase 0 its turns come, in milliseconds. Neighbours come
   *  one after the other, as they lie beside each other in memory as well. */
  phases(count: number): Float64Array {
    return Float64Array.from({ length: count }, (_, i) => (i / count) * this.#heartbeat);
  }

  /** Gives a phase to one that comes later. */
  nextPhase(): number {
    return ((++this.#newcomers * GOLDEN_RATIO) % 1) * this.#heartbeat;
  }

  /** Whether a turn came in a time range. */
  isDue({ from, to }: TimeRange, phase: number): boolean {
    return from === undefined || this.#count(from + phase) !== this.#count(to + phase);
  }

  /** Shifted: scrapes at whole heartbeats after `begun` would come now before a turn of phase 0 and now after it. */
  #count(time: number): number {
    return Math.floor((time - this.#begun) / this.#heartbeat + GOLDEN_RATIO);
  }
}
