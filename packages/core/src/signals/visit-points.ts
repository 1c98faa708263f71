import type { Frame } from '../state/frame.js';
import { METRICS } from './definitions.js';
import type { MetricDefinition } from './metric.js';
import type { PointSink } from './point-sink.js';

/** Metrics to walk, by what their points are of. */
export type Selection = { readonly [K in MetricDefinition['of']]: readonly Extract<MetricDefinition, { of: K }>[] };

/** Walks points of a frame, as {@link visitPoints} does. */
export type Walk = (frame: Frame, now: number, sink: PointSink, selection: Selection) => Generator<void, void>;

/** Sorts metrics for the walk, once. */
export function selectionOf(metrics: readonly MetricDefinition[]): Selection {
  const ofKind = <K extends MetricDefinition['of']>(kind: K): Extract<MetricDefinition, { of: K }>[] =>
    metrics.filter((metric): metric is Extract<MetricDefinition, { of: K }> => metric.of === kind);
  return { error: ofKind('error'), device: ofKind('device'), peer: ofKind('peer') };
}

/** The metrics that are there if nobody says. */
const BY_DEFAULT = selectionOf(METRICS.filter(({ enabled }) => enabled));

/** Peers between two pauses. Few enough for their data to stay in the processor's cache from metric to metric. */
const BATCH = 128;

/** Walks a frame once, from the metric table to a sink. Every output of metrics is such a sink. It pauses now and then,
 *  for the event loop's sake.
 *
 *  @param now the reader's time on the frame's monotonic clock: what was read too long before yields no points but its
 *  errors */
export function* visitPoints(
  frame: Frame,
  now: number,
  sink: PointSink,
  selection: Selection = BY_DEFAULT,
): Generator<void, void> {
  for (const metric of selection.error) {
    sink.metric(metric);
    for (const error of frame.errors) metric.points(error, sink, frame.time);
  }
  for (const device of frame.devices) {
    if (now - device.readMonotonicTime > frame.maxAge) continue;
    const time = device.readTime;
    for (const metric of selection.device) {
      sink.metric(metric);
      metric.points(device, sink, time);
    }
    for (const metric of selection.peer) {
      sink.metric(metric);
      metric.folded?.(device, sink, time);
    }
    for (let start = 0; start < device.peers.length; start += BATCH) {
      const end = Math.min(start + BATCH, device.peers.length);
      for (const metric of selection.peer) {
        sink.metric(metric);
        for (let i = start; i < end; i++) {
          const view = device.peers[i]!;
          if (view.individual) metric.points(view, sink, time);
        }
      }
      yield;
    }
  }
}
