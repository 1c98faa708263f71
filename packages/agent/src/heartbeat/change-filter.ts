import type { PointSink } from '@wgotel/core';
import type { History } from './history.js';
import { PointList } from './point-list.js';

/** When the last two scrapes were, and whether all points were due then, changed or not. */
export interface Timing {
  readonly time: number;
  readonly isDue: boolean;
  readonly previousTime: number;
  readonly wasDue: boolean;
}

type Points<T> = (of: T, sink: PointSink, time: number) => void;

/** Hands on only points that changed or are due. What was sent is not written down: it follows from the history. */
export class ChangeFilter {
  readonly #current = new PointList();
  readonly #previous = new PointList();
  readonly #earlier = new PointList();

  /** Hands on the points of one metric that are new or changed, and all if they are due. Of what changed or ended, the
   *  previous point goes first, with its own time, unless it was sent: else nobody could tell when it changed. */
  send<T>(points: Points<T>, history: History<T>, timing: Timing, sink: PointSink): void {
    this.#current.read(points, history.current);
    this.#previous.read(points, history.previous);
    if (!timing.wasDue) this.#sendPrevious(points, history.earlier, timing.previousTime, sink);
    for (let i = 0; i < this.#current.length; i++) {
      const point = this.#current.at(i);
      if (!timing.isDue && this.#previous.has(point, i)) continue;
      sink.point(point.series, point.dimension, point.startTime, timing.time, point.value);
    }
  }

  /** A previous point that was the same as the earlier one was not sent. */
  #sendPrevious<T>(points: Points<T>, earlierOf: T | undefined, time: number, sink: PointSink): void {
    let earlier: PointList | undefined;
    for (let i = 0; i < this.#previous.length; i++) {
      const point = this.#previous.at(i);
      if (this.#current.has(point, i)) continue;
      earlier ??= this.#earlier.read(points, earlierOf);
      if (earlier.has(point, i)) sink.point(point.series, point.dimension, point.startTime, time, point.value);
    }
  }

  /** Lets go of all that was compared. */
  release(): void {
    for (const list of [this.#current, this.#previous, this.#earlier]) list.release();
  }
}
