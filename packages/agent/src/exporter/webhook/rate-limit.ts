/** Lets through a few at once, and then one now and then: a token bucket. */
export class RateLimit {
  readonly #burst: number;
  readonly #interval: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param burst how many at once
   *  @param interval after how many milliseconds one more may go
   *  @param now milliseconds of a clock that never steps */
  constructor(burst: number, interval: number, now: () => number) {
    this.#burst = burst;
    this.#interval = interval;
    this.#now = now;
    this.#tokens = burst;
    this.#filledAt = now();
  }

  /** Whether one more may go now; then it counts. */
  take(): boolean {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) / this.#interval);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
