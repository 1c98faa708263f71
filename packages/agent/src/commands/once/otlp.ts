import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MetricView, runAtOnce, SCOPE, type Attributes, type Frame } from '@wgotel/core';
import { MetricDataSink } from '@wgotel/core/producer';

/** What the agent would send of a frame, as one line of OTLP JSON. */
export function renderOtlp(frame: Frame, resource: Attributes, view: MetricView = new MetricView()): string {
  const sink = new MetricDataSink();
  runAtOnce(view.visit(frame, frame.monotonicTime, sink));
  const json = JsonMetricsSerializer.serializeRequest({
    resource: resourceFromAttributes(resource),
    scopeMetrics: [{ scope: SCOPE, metrics: sink.metrics }],
  });
  return `${Buffer.from(json ?? []).toString()}\n`;
}
