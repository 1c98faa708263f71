import { setImmediate } from 'node:timers/promises';

/** Longest stretch of work done without giving the event loop back, in milliseconds. */
export const SLICE = 8;

/** Runs work that pauses now and then (`yield`) in slices, so that a large device does not block the application.
 *
 *  @param slice longest stretch, in milliseconds */
export async function runInSlices<T>(work: Generator<void, T>, slice: number = SLICE): Promise<T> {
  for (;;) {
    const begun = performance.now();
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (performance.now() - begun < slice);
    await setImmediate();
  }
}

/** Runs the same work in one go. */
export function runAtOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
