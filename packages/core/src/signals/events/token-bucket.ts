/** Records of one kind that may be written at once. */
export const BURST = 200;
/** Records of one kind a second, once those are used up. */
export const RATE = 10;

/** Lets `BURST` through at once, and `RATE` a second in the long run. */
export class TokenBucket {
  #tokens = BURST;
  #filledAt = 0;

  /** Takes one.
   *
   *  @param now milliseconds of a clock that never steps
   *  @returns whether there was one left */
  take(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Whether nothing was taken for long enough that all are there again. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens === BURST;
  }

  #fill(now: number): void {
    const gained = ((now - this.#filledAt) / 1000) * RATE;
    if (gained > 0) this.#tokens = Math.min(BURST, this.#tokens + gained);
    this.#filledAt = now;
  }
}
