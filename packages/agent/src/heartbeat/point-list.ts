import type { Dimension, PointSink, Series } from '@wgotel/core';

interface Point {
  series: Series | undefined;
  dimension: Dimension;
  startTime: number;
  value: number;
}

/** Points of one metric, to be compared with others. Written over again and again: it is on the hot path. */
export class PointList implements PointSink {
  readonly #points: Point[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): Readonly<Point> {
    return this.#points[index]!;
  }

  /** Takes the points of something in place of those there were. */
  read<T>(points: (of: T, sink: PointSink, time: number) => void, of: T | undefined): this {
    this.#length = 0;
    if (of !== undefined) points(of, this, 0);
    return this;
  }

  metric(): void {}

  point(series: Series | undefined, dimension: Dimension, startTime: number, _time: number, value: number): void {
    const point = this.#points[this.#length++];
    if (point === undefined) {
      this.#points.push({ series, dimension, startTime, value });
      return;
    }
    point.series = series;
    point.dimension = dimension;
    point.startTime = startTime;
    point.value = value;
  }

  /** Whether there is the same point but for its time.
   *
   *  @param likely where it probably is */
  has(point: Readonly<Point>, likely: number): boolean {
    if (likely < this.#length && isSame(this.#points[likely]!, point)) return true;
    for (let i = 0; i < this.#length; i++) if (isSame(this.#points[i]!, point)) return true;
    return false;
  }

  /** Lets go of all series. */
  release(): void {
    this.#points.length = 0;
    this.#length = 0;
  }
}

function isSame(a: Readonly<Point>, b: Readonly<Point>): boolean {
  return a.value === b.value && a.startTime === b.startTime && a.dimension === b.dimension && a.series === b.series;
}
