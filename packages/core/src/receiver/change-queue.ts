import type { Change } from '../state/change.js';

/** Changes, one after the other. */
export interface Changes extends AsyncIterableIterator<Change, undefined, undefined> {
  /** How many went unseen so far, as too many waited. */
  readonly dropped: number;
}

type Result = IteratorResult<Change, undefined>;

const DONE: Result = { done: true, value: undefined };

/** Changes that wait for one reader; the oldest go when there are too many. */
export class ChangeQueue implements Changes {
  dropped = 0;
  readonly #limit: number;
  readonly #onEnd: () => void;
  #waiting: Change[] = [];
  /** Where the next one is: to shift a long array each time would take long. */
  #next = 0;
  /** Readers for whom there was nothing yet. */
  readonly #readers: ((result: Result) => void)[] = [];
  #ended = false;

  constructor(limit: number, onEnd: () => void) {
    this.#limit = Math.max(1, limit);
    this.#onEnd = onEnd;
  }

  push(changes: readonly Change[]): void {
    for (const change of changes) {
      const reader = this.#readers.shift();
      if (reader !== undefined) reader({ done: false, value: change });
      else this.#waiting.push(change);
    }
    const excess = this.#waiting.length - this.#next - this.#limit;
    if (excess > 0) {
      this.dropped += excess;
      this.#next += excess;
    }
    this.#waiting = this.#waiting.slice(this.#next);
    this.#next = 0;
  }

  /** What waits may still be taken. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    for (const reader of this.#readers.splice(0)) reader(DONE);
  }

  next(): Promise<Result> {
    const value = this.#waiting[this.#next];
    if (value !== undefined) {
      this.#next++;
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<Result> {
    this.#waiting = [];
    this.#next = 0;
    this.end();
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
