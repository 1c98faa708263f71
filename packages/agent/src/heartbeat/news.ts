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
  send<T>(points: Points<T>, looks: Looks<T>, moment: Moment, sink: PointSink): void {
    this.#now.read(points, looks.now);
    this.#before.read(points, looks.before);
    if (!moment.wasDue) this.#sendLast(points, looks.older, moment.timeBefore, sink);
    for (let i = 0; i < this.#now.length; i++) {
      const point = this.#now.at(i);
      if (!moment.isDue && this.#before.has(point, i)) continue;
      sink.point(point.series, point.dimension, point.startTime, moment.time, point.value);
    }
  }

  /** What was the same before as at the older look was not sent then. */
  #sendLast<T>(points: Points<T>, olderLook: T | undefined, time: number, sink: PointSink): void {
    let older: PointList | undefined;
    for (let i = 0; i < this.#before.length; i++) {
      const point = this.#before.at(i);
      if (this.#now.has(point, i)) continue;
      older ??= this.#older.read(points, olderLook);
      if (older.has(point, i)) sink.point(point.series, point.dimension, point.startTime, time, point.value);
    }
  }

  /** Lets go of all that was compared. */
  release(): void {
    for (const list of [this.#now, this.#before, this.#older]) list.release();
  }
}
