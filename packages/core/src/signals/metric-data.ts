import type { ValueType } from '@opentelemetry/api';
import type { AggregationTemporality, DataPoint, DataPointType, MetricData } from '@opentelemetry/sdk-metrics';
import { pointAttributes } from './attributes.js';
import { hrTime } from './hr-time.js';
import type { Metric } from './metric.js';
import type { PointSink } from './point-sink.js';

// The values of the SDK's enums, which are the same in its 2.x and 3.x lines: importing them would load the SDK.
const CUMULATIVE = 1 as AggregationTemporality.CUMULATIVE;
const GAUGE = 2 as DataPointType.GAUGE;
const SUM = 3 as DataPointType.SUM;
const INT = 0 as ValueType.INT;
const DOUBLE = 1 as ValueType.DOUBLE;

/** Collects points as the SDK's own `MetricData`. */
export class MetricDataSink implements PointSink {
  readonly metrics: MetricData[] = [];
  readonly #points = new Map<Metric, DataPoint<number>[]>();
  #metric: Metric | undefined;
  #current: DataPoint<number>[] | undefined;

  metric(metric: Metric): void {
    this.#metric = metric;
    this.#current = this.#points.get(metric);
  }

  point(...[series, dimension, startTime, time, value]: Parameters<PointSink['point']>): void {
    const metric = this.#metric!;
    if (this.#current === undefined) {
      this.#current = [];
      this.#points.set(metric, this.#current);
      this.metrics.push(toMetricData(metric, this.#current));
    }
    const endTime = hrTime(time);
    this.#current.push({
      // Zero says unknown: a gauge has no beginning.
      startTime: metric.kind === 'gauge' ? [0, 0] : hrTime(startTime),
      endTime,
      attributes: pointAttributes(series, dimension),
      value,
    });
  }
}

function toMetricData(
  { name, kind, unit, description, valueType }: Metric,
  dataPoints: DataPoint<number>[],
): MetricData {
  const base = {
    descriptor: { name, description, unit, valueType: valueType === 'int' ? INT : DOUBLE },
    aggregationTemporality: CUMULATIVE,
    dataPoints,
  };
  return kind === 'gauge'
    ? { ...base, dataPointType: GAUGE }
    : { ...base, dataPointType: SUM, isMonotonic: kind === 'counter' };
}
