import type { Frame } from '../state/frame.js';
import type { Series } from '../state/series.js';
import type { Dimension } from './attributes.js';
import { METRICS } from './definitions.js';
import type { Metric, MetricDefinition } from './metric.js';

const ofKind = <K extends MetricDefinition['of']>(kind: K): Extract<MetricDefinition, { of: K }>[] =>
  METRICS.filter((metric): metric is Extract<MetricDefinition, { of: K }> => metric.of === kind);
const ERROR_METRICS = ofKind('error');
const DEVICE_METRICS = ofKind('device');
const PEER_METRICS = ofKind('peer');

/** Takes the points of a frame. Times are in milliseconds since the epoch. */
export interface PointSink {
  /** The points that follow are of this metric. There may be none, and the same metric may come again. */
  metric(metric: Metric): void;
  /** @param series whose point it is; `undefined`: nobody's in particular
   *  @param startTime when the sum was last 0; meaningless for gauges */
  point(series: Series | undefined, dimension: Dimension, startTime: number, time: number, value: number): void;
}

/** Peers between two pauses. Few enough for their data to stay in the processor's cache from metric to metric. */
const BATCH = 128;

/** Walks a frame once, from the metric table to a sink. Every output of metrics is such a sink. It pauses now and then,
 *  for the event loop's sake.
 *
 *  @param now the reader's time on the frame's monotonic clock: what was read too long before yields no points but its
 *  errors */
export function* visitPoints(frame: Frame, now: number, sink: PointSink): Generator<void, void> {
  let time = frame.time;
  const emit = (series: Series | undefined, dimension: Dimension, startTime: number, value: number): void =>
    sink.point(series, dimension, startTime, time, value);

  for (const metric of ERROR_METRICS) {
    sink.metric(metric);
    for (const error of frame.errors) metric.points(error, emit);
  }
  for (const device of frame.devices) {
    if (now - device.readMonotonicTime > frame.maxAge) continue;
    time = device.readTime;
    for (const metric of DEVICE_METRICS) {
      sink.metric(metric);
      metric.points(device, emit);
    }
    for (const metric of PEER_METRICS) {
      sink.metric(metric);
      metric.folded?.(device, emit);
    }
    for (let start = 0; start < device.peers.length; start += BATCH) {
      const end = Math.min(start + BATCH, device.peers.length);
      for (const metric of PEER_METRICS) {
        sink.metric(metric);
        for (let i = start; i < end; i++) {
          const view = device.peers[i]!;
          if (view.individual) metric.points(view, emit);
        }
      }
      yield;
    }
  }
}
