import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { startCollector } from '../support/collector.js';
import type { OtlpMetric } from '../support/otlp-json.js';
import { freePort, until } from '../support/process.js';
import { prometheusMetric, type NamedMetric } from '../support/prometheus-names.js';
import { sendOtlp } from '../support/send-otlp.js';
import { METADATA } from '../tools/signal-metadata.js';

const { metrics } = parse(readFileSync(METADATA, 'utf8')) as { metrics: Record<string, NamedMetric> };

function withOnePoint([name, { unit, sum }]: [string, NamedMetric]): OtlpMetric {
  const dataPoints = [{ timeUnixNano: `${Date.now()}000000`, asDouble: 1 }];
  const of = sum
    ? { sum: { dataPoints, aggregationTemporality: 2, isMonotonic: sum.monotonic } }
    : { gauge: { dataPoints } };
  return { name, unit, ...of };
}

describe('the names of our metrics in Prometheus', () => {
  it('are those that the Collector gives them', async () => {
    const port = await freePort();
    const collector = await startCollector({
      config: {
        exporters: { prometheus: { endpoint: `127.0.0.1:${port}` } },
        service: { pipelines: { metrics: { receivers: ['otlp'], exporters: ['prometheus'] } } },
      },
    });
    try {
      const sent = Object.entries(metrics).map(withOnePoint);
      await sendOtlp(collector.httpPort, {
        resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: { name: '@wgotel/core' }, metrics: sent }] }],
      });
      const names = await until('the metrics are there', async () => {
        const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        const found = [...text.matchAll(/^# TYPE (wireguard_\S+)/gm)].map(([, name]) => name);
        return found.length === sent.length && found;
      });
      assert.deepEqual(
        new Set(names),
        new Set(Object.entries(metrics).map(([name, of]) => prometheusMetric(name, of))),
      );
    } finally {
      await collector.stop();
    }
  });
});
