/** What is kept for the next requests: one being sent and one being written. More are made while requests queue up. */
const MOST_SPARE = 2;

/** Lends out buffers that are written over again and again: megabytes of fresh ones at every scrape would keep the garbage
 *  collector busy. */
export class BufferPool {
  #spare: Buffer[] = [];

  /** Lends a buffer of at least that many bytes, with whatever was in it. */
  take(length: number): Buffer {
    const index = this.#spare.findIndex((buffer) => buffer.length >= length);
    if (index !== -1) return this.#spare.splice(index, 1)[0]!;
    return Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
  }

  giveBack(buffer: Buffer): void {
    // The larger ones serve all.
    this.#spare = [...this.#spare, buffer].toSorted((a, b) => b.length - a.length).slice(0, MOST_SPARE);
  }
}
