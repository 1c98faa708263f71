import assert from 'node:assert/strict';
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MetricsEncoder, toJson } from '@wgotel/agent';
import { MetricView, runAtOnce, SCOPE } from '@wgotel/core';
import { MetricDataSink } from '@wgotel/core/producer';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { anyFrame } from '../../support/frames.js';

interface Point {
  attributes?: unknown[];
  asInt?: unknown;
  startTimeUnixNano?: unknown;
}
interface Data {
  dataPoints: Point[];
  isMonotonic?: boolean | undefined;
}
interface Request {
  resourceMetrics: {
    resource: { attributes: unknown[] };
    scopeMetrics: { scope: unknown; metrics: { sum?: Data; gauge?: Data }[] }[];
  }[];
}

/** The same text for the same value, whatever the order of its keys. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Points in one order, as requests are. */
function normal(json: string): unknown {
  const { resourceMetrics } = JSON.parse(json) as Request;
  const { resource, scopeMetrics } = resourceMetrics[0]!;
  const { scope, metrics: given } = scopeMetrics[0]!;
  const sorted = (list: unknown[]): unknown[] => list.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));
  const metrics = given.map((metric) => {
    const data = metric.sum ?? metric.gauge!;
    for (const point of data.dataPoints) {
      point.attributes = sorted(point.attributes ?? []);
      // Text and number say the same; which digits stand for a large double may differ. Unknown may be left out.
      if ('asInt' in point) point.asInt = Number(point.asInt);
      if (point.startTimeUnixNano === '0') delete point.startTimeUnixNano;
    }
    data.isMonotonic ||= undefined;
    return { ...metric, [metric.sum ? 'sum' : 'gauge']: { ...data, dataPoints: sorted(data.dataPoints) } };
  });
  return JSON.parse(JSON.stringify({ attributes: sorted(resource.attributes), scope, metrics: sorted(metrics) }));
}

describe('OTLP JSON', () => {
  it('made of encoded bytes says what the official serializer says', () =>
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const resource = { 'service.name': 'wgotel', 'host.name': 'edge' };
        const requests: string[] = [];
        const encoder = new MetricsEncoder(resource, ({ bytes, release }) => {
          requests.push(toJson(bytes, 'metrics'));
          release();
        });
        runAtOnce(new MetricView().visit(frame, frame.monotonicTime, encoder));
        encoder.end();
        const sink = new MetricDataSink();
        runAtOnce(new MetricView().visit(frame, frame.monotonicTime, sink));
        if (requests.length === 0) return;
        const official = JsonMetricsSerializer.serializeRequest({
          resource: resourceFromAttributes(resource),
          scopeMetrics: [{ scope: SCOPE, metrics: sink.metrics }],
        });
        assert.deepEqual(normal(requests[0]!), normal(Buffer.from(official!).toString()));
      }),
      { seed: 6, numRuns: 100 },
    ));
});
