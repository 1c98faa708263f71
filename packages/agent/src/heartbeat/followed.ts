import type { Looks } from './news.js';
import type { Stretch } from './turns.js';

/** Something that was read several times, with when that was. A class, as objects that are spread from others may get a
 *  hidden class each, and code compiled for it dies with it. */
export class Followed<T> implements Looks<T> {
  readonly now: T | undefined;
  readonly before: T | undefined;
  readonly older: T | undefined;
  readonly stretch: Stretch;
  /** The one before. `undefined`: there was none. */
  readonly stretchBefore: Stretch | undefined;
  readonly round: number;

  /** @param last `undefined`: this is the first reading
   *  @param now `undefined`: it is gone
   *  @param round what was sent in another round does not count */
  constructor(last: Followed<T> | undefined, now: T | undefined, time: number, round: number) {
    this.now = now;
    this.before = last?.now;
    this.older = last?.before;
    this.stretch = { from: last?.round === round ? last.stretch.to : undefined, to: time };
    this.stretchBefore = last?.stretch;
    this.round = round;
  }
}
