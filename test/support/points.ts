import { METRICS, MetricView, pointAttributes, runAtOnce, type Frame, type PointSink, type Walk } from '@wgotel/core';

export interface Point {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Milliseconds; `undefined` for gauges. */
  readonly startTime: number | undefined;
  readonly time: number;
  readonly value: number;
}

/** Every point of a frame. */
export function pointsOf(frame: Frame, view = new MetricView(), now = frame.monotonicTime, walk?: Walk): Point[] {
  const points: Point[] = [];
  let current = METRICS[0]!;
  const sink: PointSink = {
    metric: (metric) => (current = METRICS.find(({ name }) => name === metric.name)!),
    point: (series, dimension, startTime, time, value) =>
      points.push({
        metric: current.name,
        attributes: pointAttributes(series, dimension),
        startTime: current.kind === 'gauge' ? undefined : startTime,
        time,
        value,
      }),
  };
  runAtOnce(view.visit(frame, now, sink, walk));
  return points;
}

/** A series' identity as text. */
export function seriesOf({ metric, attributes }: Point): string {
  const sorted = Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${metric}{${sorted.map(([key, value]) => `${key}=${String(value)}`).join(',')}}`;
}

/** The values of one metric by its attributes' values, for short expectations: `{'wg0 receive': 12}`. */
export function valuesOf(frame: Frame, metric: string, now?: number): Record<string, number> {
  const points = pointsOf(frame, undefined, now).filter((point) => point.metric === metric);
  return Object.fromEntries(
    points.map((point) => [Object.values(point.attributes).map(String).join(' '), point.value]),
  );
}
