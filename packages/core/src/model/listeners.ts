/** Those who want to be told of changes. */
export class Listeners {
  readonly #all = new Set<() => void>();

  /** Returns what ends it. */
  add(listener: () => void): () => void {
    // An own function, so that one that is given twice is called twice, and ends apart.
    const own = (): void => listener();
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  /** Calls them all, whatever one of them throws. */
  tell(): void {
    for (const listener of this.#all) {
      try {
        listener();
      } catch {
        // It is the application's.
      }
    }
  }
}
