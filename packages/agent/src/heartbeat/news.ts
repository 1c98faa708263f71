import type { PointSink } from '@wgotel/core';
import { PointList } from './point-list.js';

/** What a metric's points are of, as it was at three scrapes in a row. `undefined`: it was not there. */
export interface Looks<T> {
  readonly now: T | undefined;
  readonly before: T | undefined;
  readonly older: T | undefined;
}

/** When the last two of these were, and whether all points were to be sent then. */
export interface Moment {
  readonly time: number;
  readonly isDue: boolean;
  readonly timeBefore: number;
  readonly wasDue: boolean;
}

type Points<T> = (of: T, sink: PointSink, time: number) => void;

/** Finds out which points are to be sent. What was sent is not written down: it follows from what there was. */
export class News {
  readonly #now = new PointList();
  readonly #before = new PointList();
  readonly #older = new PointList();

  /** Hands on the points of one metric that are new or changed, and all if they are due. Of what changed or ended, the last
   *  point goes first, with its own time, unless it was sent: else nobody could tell when it changed. */
  send<T>(points: Points<T>, looks: Looks<T>, { time, isDue, timeBefore, wasDue }: Moment, sink: PointSink): void {
    const now = this.#now.read(points, looks.now);
    const before = this.#before.read(points, looks.before);
    let older: PointList | undefined;
    for (let i = 0; !wasDue && i < before.length; i++) {
      const point = before.at(i);
      if (now.has(point, i)) continue;
      older ??= this.#older.read(points, looks.older);
      if (older.has(point, i)) sink.point(point.series, point.dimension, point.startTime, timeBefore, point.value);
    }
    for (let i = 0; i < now.length; i++) {
      const point = now.at(i);
      if (!isDue && before.has(point, i)) continue;
      sink.point(point.series, point.dimension, point.startTime, time, point.value);
    }
  }

  /** Lets go of all that was compared. */
  release(): void {
    for (const list of [this.#now, this.#before, this.#older]) list.release();
  }
}
