import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { startCollector, type CollectorOptions } from '../support/collector.js';
import type { OtlpMetric } from '../support/otlp-json.js';
import { sendCounter } from '../support/send-counter.js';

/** Sends a cumulative counter to a Collector and returns the metrics that come out of it. */
async function metricsThrough(options: CollectorOptions): Promise<OtlpMetric[]> {
  const collector = await startCollector(options);
  try {
    await sendCounter(collector.grpcPort, 'wgotel.test.counter', 42);
  } finally {
    await collector.stop();
  }
  const resources = (await collector.exported()).flatMap((request) => request.resourceMetrics ?? []);
  return resources.flatMap((resource) => resource.scopeMetrics.flatMap((scope) => scope.metrics));
}

const [delta, cumulative] = [1, 2];

describe('the Collector', () => {
  it("receives what OpenTelemetry's own exporter sends", async () => {
    const [metric, ...others] = await metricsThrough({});
    assert.equal(others.length, 0);
    assert.equal(metric?.name, 'wgotel.test.counter');
    assert.equal(metric.sum?.aggregationTemporality, cumulative);
    assert.equal(metric.sum?.dataPoints[0]?.asDouble, 42);
  });

  it('has the processors it is asked for', async () => {
    const [metric] = await metricsThrough({ metricProcessors: { cumulativetodelta: { initial_value: 'keep' } } });
    assert.equal(metric?.sum?.aggregationTemporality, delta);
  });

  it('says why it does not start', async () => {
    await assert.rejects(startCollector({ metricProcessors: { nonsense: {} } }), /unknown type: "nonsense"/);
  });
});
