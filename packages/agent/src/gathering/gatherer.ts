/** What one scrape brings forth at most: more than that is a defect, or nothing anybody reads. */
const MOST = 200_000;

/** Gathers what an SDK hands over one by one, until it is taken all at once. */
export class Gatherer<T> {
  /** Whether anybody wants it: otherwise nothing is kept. */
  wanted = false;
  readonly #most: number;
  #items: T[] = [];
  #dropped = 0;

  constructor(most: number = MOST) {
    this.#most = most;
  }

  add(item: T): void {
    if (!this.wanted) return;
    if (this.#items.length < this.#most) this.#items.push(item);
    else this.#dropped++;
  }

  /** Everything since the last time, and how many were too many. */
  take(): { readonly items: readonly T[]; readonly dropped: number } {
    const taken = { items: this.#items, dropped: this.#dropped };
    this.#items = [];
    this.#dropped = 0;
    return taken;
  }
}
