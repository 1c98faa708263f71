/** What is done between two pauses. */
const BATCH = 128;

/** Does the same with each item, and pauses now and then. A list and not any iterable: an iterator makes an object for each. */
export function* inBatches<T>(items: readonly T[], work: (item: T, index: number) => void): Generator<void, void> {
  for (let index = 0; index < items.length; index++) {
    work(items[index]!, index);
    if (index % BATCH === BATCH - 1) yield;
  }
}
