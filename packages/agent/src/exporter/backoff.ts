import type { RetryConfig } from '../config/configuration.js';

/** Without a connection nobody is spared by a longer wait. */
const LONGEST_UNCONNECTED = 5000;

/** Says how long to wait before the next attempt: longer each time, and never the same for two agents that lost their
 *  server at the same moment.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling */
export class Backoff {
  readonly #config: RetryConfig;
  readonly #random: () => number;
  #delay: number;

  constructor(config: RetryConfig, random: () => number) {
    this.#config = config;
    this.#random = random;
    this.#delay = config.initialInterval;
  }

  /** Returns the next delay in milliseconds. */
  next(connected: boolean): number {
    const { maxInterval, multiplier, randomizationFactor } = this.#config;
    const longest = connected ? maxInterval : Math.min(LONGEST_UNCONNECTED, maxInterval);
    const spread = 1 - randomizationFactor + 2 * randomizationFactor * this.#random();
    // Spread last: agents whose wait grows no more would else come all at the same interval.
    const delay = Math.min(this.#delay, longest) * spread;
    this.#delay = Math.min(this.#delay * multiplier, maxInterval);
    return delay;
  }

  reset(): void {
    this.#delay = this.#config.initialInterval;
  }
}
