import type { OtlpPoint, OtlpRequest } from './otlp-json.js';

/** A point that a Collector has written to its file. */
export interface ExportedPoint {
  readonly metric: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. */
  readonly startTime: number;
  readonly time: number;
  readonly value: number;
}

/** All points of metrics, in the order they were written. */
export function exportedPoints(requests: readonly OtlpRequest[]): ExportedPoint[] {
  return (
    requests
      .flatMap(({ resourceMetrics = [] }) => resourceMetrics)
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      // Histograms are about the agent itself.
      .filter(({ sum, gauge }) => (sum ?? gauge) !== undefined)
      .flatMap(({ name, sum, gauge }) => (sum ?? gauge)!.dataPoints.map((point) => toPoint(name, point)))
  );
}

function toPoint(metric: string, point: OtlpPoint): ExportedPoint {
  const { attributes = [], startTimeUnixNano = '0', timeUnixNano, asInt, asDouble } = point;
  return {
    metric,
    attributes: Object.fromEntries(
      attributes.map(({ key, value }) => [key, value.stringValue ?? String(value.boolValue)]),
    ),
    startTime: Number(startTimeUnixNano) / 1e6,
    time: Number(timeUnixNano) / 1e6,
    value: asInt === undefined ? asDouble! : Number(asInt),
  };
}
