import type { Looks } from './news.js';
import type { Stretch } from './turns.js';

/** Something that was read several times, with when that was. */
export interface Followed<T> extends Looks<T> {
  readonly stretch: Stretch;
  /** The one before. `undefined`: there was none. */
  readonly stretchBefore: Stretch | undefined;
  /** Whatever was sent in another round does not count. */
  readonly round: number;
}

/** Goes on by one reading.
 *
 *  @param last `undefined`: this is the first
 *  @param now `undefined`: it is gone */
export function follow<T>(last: Followed<T> | undefined, now: T | undefined, time: number, round: number): Followed<T> {
  const from = last?.round === round ? last.stretch.to : undefined;
  return {
    now,
    before: last?.now,
    older: last?.before,
    stretch: { from, to: time },
    stretchBefore: last?.stretch,
    round,
  };
}
