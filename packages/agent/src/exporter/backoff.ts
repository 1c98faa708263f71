const INITIAL = 1000;
const FACTOR = 1.5;
const LONGEST = 30_000;

/** Without a connection nobody is spared by a longer wait. */
const LONGEST_UNCONNECTED = 5000;

/** Says how long to wait before the next attempt: longer each time, and never the same for two agents that lost their
 *  server at the same moment.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling */
export class Backoff {
  readonly #random: () => number;
  #delay = INITIAL;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Returns the next delay in milliseconds, give or take a fifth. */
  next(connected: boolean): number {
    const longest = connected ? LONGEST : LONGEST_UNCONNECTED;
    const delay = Math.min(this.#delay * (0.8 + 0.4 * this.#random()), longest);
    this.#delay = Math.min(this.#delay * FACTOR, LONGEST);
    return delay;
  }

  reset(): void {
    this.#delay = INITIAL;
  }
}
