import type { TimeRange } from './turns.js';

/** What metrics' points are of, as it was at three scrapes in a row. `undefined`: it was not there. */
export interface History<T> {
  readonly current: T | undefined;
  readonly previous: T | undefined;
  /** Before the previous. */
  readonly earlier: T | undefined;
}

/** A history that knows when its last two scrapes were. A class, as objects that are spread from others may get a hidden
 *  class each, and code compiled for it dies with it. */
export class TimedHistory<T> implements History<T> {
  readonly current: T | undefined;
  readonly previous: T | undefined;
  readonly earlier: T | undefined;
  /** From the previous scrape to the current one. */
  readonly range: TimeRange;
  /** The one before. `undefined`: there was none. */
  readonly previousRange: TimeRange | undefined;
  readonly round: number;

  /** @param last the history up to the previous scrape. `undefined`: there was none
   *  @param current `undefined`: it is gone
   *  @param round what was sent in another round does not count */
  constructor(last: TimedHistory<T> | undefined, current: T | undefined, time: number, round: number) {
    this.current = current;
    this.previous = last?.current;
    this.earlier = last?.previous;
    this.range = { from: last?.round === round ? last.range.to : undefined, to: time };
    this.previousRange = last?.range;
    this.round = round;
  }
}
