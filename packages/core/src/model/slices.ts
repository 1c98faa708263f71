import { setImmediate } from 'node:timers/promises';

/** Longest stretch of work done without giving the event loop back, in milliseconds. */
const SLICE = 8;

/** Runs work that pauses now and then (`yield`) in slices, so that a large device does not block the application.
 *
 *  @param pause what to wait for between two slices; it must let the event loop go round */
export async function runInSlices<T>(
  work: Generator<void, T>,
  pause: () => Promise<unknown> = () => setImmediate(),
): Promise<T> {
  for (;;) {
    const begun = performance.now();
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (performance.now() - begun < SLICE);
    await pause();
  }
}

/** Runs the same work in one go. */
export function runAtOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
