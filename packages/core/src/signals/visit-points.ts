import type { Frame } from '../state/frame.js';
import type { Series } from '../state/series.js';
import type { Dimension } from './attributes.js';
import { METRICS } from './definitions.js';
import type { Metric } from './metric.js';

/** Takes the points of a frame, metric by metric. Times are in milliseconds since the epoch. */
export interface PointSink {
  /** The points that follow are of this metric. There may be none. */
  metric(metric: Metric): void;
  /** @param series whose point it is; `undefined`: nobody's in particular
   *  @param startTime when the sum was last 0; meaningless for gauges */
  point(series: Series | undefined, dimension: Dimension, startTime: number, time: number, value: number): void;
}

/** Points between two pauses. */
const BATCH = 512;

/** Walks a frame once, from the metric table to a sink. Every output of metrics is such a sink. It pauses now and then,
 *  for the event loop's sake.
 *
 *  @param now the time a reader sees: what was read too long before yields no points but its errors */
export function* visitPoints(frame: Frame, now: number, sink: PointSink): Generator<void, void> {
  let time = frame.time;
  const emit = (series: Series | undefined, dimension: Dimension, startTime: number, value: number): void =>
    // After a backward step of the wall clock a sum may have begun in what is now the future.
    sink.point(series, dimension, Math.min(startTime, time), time, value);
  const devices = frame.devices.filter(({ readTime }) => now - readTime <= frame.maxAge);

  for (const metric of METRICS) {
    sink.metric(metric);
    if (metric.of === 'error') {
      time = frame.time;
      for (const error of frame.errors) metric.points(error, emit);
      continue;
    }
    for (const device of devices) {
      time = device.readTime;
      if (metric.of === 'device') {
        metric.points(device, emit);
        continue;
      }
      const { points } = metric;
      const { peers } = device;
      for (let i = 0; i < peers.length; i++) {
        const view = peers[i]!;
        if (view.individual) points(view, emit);
        if (i % BATCH === BATCH - 1) yield;
      }
      metric.folded?.(device, emit);
      yield;
    }
  }
}
