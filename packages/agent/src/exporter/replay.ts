/** Between two requests, on average, in milliseconds. */
const PAUSE = 50;

/** Before the first one at most, in milliseconds. */
const LONGEST_START = 30_000;

/** Says how long to wait before each of the requests that piled up on disk: a server that has just come back is not to be run over
 *  by all its agents at once. They begin at random instants of the time that it takes them, and pause in between. */
export class Replay {
  readonly #random: () => number;
  #phase: 'over' | 'begins' | 'goes on' = 'over';

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Something has piled up. One that is under way goes on. */
  begin(): void {
    if (this.#phase === 'over') this.#phase = 'begins';
  }

  /** Nothing is left of it. */
  end(): void {
    this.#phase = 'over';
  }

  /** Returns the pause before the next request, in milliseconds. `undefined`: none.
   *
   *  @param waiting how many requests there are */
  next(waiting: number): number | undefined {
    if (this.#phase === 'over') return undefined;
    if (this.#phase === 'goes on') return PAUSE * (0.5 + this.#random());
    this.#phase = 'goes on';
    return Math.min(waiting * PAUSE, LONGEST_START) * this.#random();
  }
}
