/** What is done between two pauses. */
const BATCH = 128;

/** Does the same with each item, and pauses now and then. */
export function* inBatches<T>(items: Iterable<T>, work: (item: T) => void): Generator<void, void> {
  let count = 0;
  for (const item of items) {
    work(item);
    if (++count % BATCH === 0) yield;
  }
}
