import { setImmediate } from 'node:timers';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';

/** Longest stretch of work done without giving the event loop back, in milliseconds. */
export const SLICE = 8;

/** When the first work began since the event loop last went round. `undefined`: there was none. */
let busySince: number | undefined;

/** Runs work that pauses now and then (`yield`) in slices, so that a large device does not block the application. Work that follows
 *  on other work, or is done beside it, shares its slice.
 *
 *  @param slice longest stretch, in milliseconds */
export async function runInSlices<T>(work: Generator<void, T>, slice: number = SLICE): Promise<T> {
  for (;;) {
    const begun = (busySince ??= untilTheLoopGoesRound());
    do {
      const step = work.next();
      if (step.done === true) return step.value;
    } while (performance.now() - begun < slice);
    await turnOfTheLoop();
  }
}

function untilTheLoopGoesRound(): number {
  setImmediate(() => (busySince = undefined));
  return performance.now();
}

/** Runs the same work in one go. */
export function runAtOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
