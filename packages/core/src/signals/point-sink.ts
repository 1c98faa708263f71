import type { Series } from '../state/series.js';
import type { Dimension } from './attributes.js';
import type { Metric } from './metric.js';

/** Takes the points of a frame. Times are in milliseconds since the epoch. */
export interface PointSink {
  /** The points that follow are of this metric. There may be none, and the same metric may come again. */
  metric(metric: Metric): void;
  /** @param series whose point it is; `undefined`: nobody's in particular
   *  @param startTime when the sum was last 0; meaningless for gauges */
  point(series: Series | undefined, dimension: Dimension, startTime: number, time: number, value: number): void;
}
