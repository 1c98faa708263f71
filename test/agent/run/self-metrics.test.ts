import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Agent, Logger, readConfiguration, SelfMetrics, toJson } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { OtlpServer } from '../exporter/otlp-server.js';

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: { readonly dataPoints: readonly { asInt?: string; asDouble?: number }[] };
  readonly gauge?: { readonly dataPoints: readonly { asInt?: string; asDouble?: number }[] };
  readonly histogram?: { readonly dataPoints: readonly { count: string; sum: number }[] };
}

describe('the metrics of the agent itself', () => {
  it('go to the exporters, with what docs/agent.md says', async () => {
    const server = await OtlpServer.start();
    const text = `receivers: { wireguard: { source: uapi, directory: /nowhere, initial_delay: 1h } }
exporters: { otlp_grpc: { endpoint: "http://127.0.0.1:${server.port}" } }
service: { telemetry: { metrics: { level: none }, resource: { service.name: edge } } }`;
    const configuration = readConfiguration({
      flags: {},
      env: {},
      file: { name: 'c', text },
      readFile: () => Buffer.of(),
    });
    const agent = new Agent(configuration, new Logger({ stream: { write: () => undefined } }));
    await agent.start();
    const metrics = new SelfMetrics(agent, 20);
    try {
      metrics.scraped('wireguard', 30);
      await until('three requests are there', () => server.received.length >= 3);
      const last = JSON.parse(toJson(server.received.at(-1)!.bytes, 'metrics'));
      const [{ resource, scopeMetrics }] = last.resourceMetrics;
      assert.ok(
        resource.attributes.some(({ value }: { value: { stringValue?: string } }) => value.stringValue === 'edge'),
      );
      assert.equal(scopeMetrics[0].scope.name, '@wgotel/agent');
      const found = new Map((scopeMetrics[0].metrics as Metric[]).map((metric) => [metric.name, metric]));
      assert.deepEqual(
        [...found].map(([name, { unit }]) => `${name} ${unit}`).toSorted((a, b) => (a < b ? -1 : 1)),
        [
          'wgotel.exporter.items {item}',
          'wgotel.exporter.produced {item}',
          'wgotel.exporter.queue.items {item}',
          'wgotel.exporter.queue.requests {request}',
          'wgotel.exporter.queue.size By',
          'wgotel.exporter.restored {item}',
          'wgotel.process.memory.usage By',
          'wgotel.scrape.duration s',
          'wgotel.scrape.skipped {scrape}',
        ],
      );
      assert.deepEqual(
        found.get('wgotel.scrape.duration')?.histogram?.dataPoints.map(({ count, sum }) => [count, sum]),
        [['1', 0.03]],
      );
      const total = (name: string): number =>
        [found.get(name)?.sum, found.get(name)?.gauge]
          .flatMap((points) => points?.dataPoints ?? [])
          .reduce((sum, { asInt, asDouble }) => sum + Number(asInt ?? asDouble), 0);
      const [produced, restored] = [total('wgotel.exporter.produced'), total('wgotel.exporter.restored')];
      assert.ok(produced > 0);
      assert.equal(produced + restored, total('wgotel.exporter.items') + total('wgotel.exporter.queue.items'));
    } finally {
      await metrics.shutdown();
      await agent.shutdown();
      server.stop();
    }
  });

  it('go out at another interval on each host, about a minute', async () => {
    const intervals: number[] = [];
    for (let host = 0; host < 50; host++) {
      const file = { name: 'c', text: `service: { telemetry: { resource: { service.instance.id: host-${host} } } }` };
      const configuration = readConfiguration({ flags: {}, env: {}, file, readFile: () => Buffer.of() });
      const timers = mock.method(globalThis, 'setInterval', () => ({ unref: () => undefined }));
      try {
        const agent = new Agent(configuration, new Logger({ stream: { write: () => undefined } }));
        await new SelfMetrics(agent).shutdown();
        intervals.push(Number(timers.mock.calls.at(-1)?.arguments[1]));
      } finally {
        timers.mock.restore();
      }
    }
    assert.equal(new Set(intervals).size, intervals.length);
    assert.ok(Math.min(...intervals) >= 57_000 && Math.min(...intervals) < 58_500, intervals.join());
    assert.ok(Math.max(...intervals) <= 63_000 && Math.max(...intervals) > 61_500, intervals.join());
  });
});
