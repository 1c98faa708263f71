import assert from 'node:assert/strict';
import { FanOut, Logger, MetricsPipeline, readConfiguration, Sender, createTransport } from '@wgotel/agent';
import { Tracker } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { until } from '../support/process.js';
import { advance, device, peer, snapshot } from '../support/snapshots.js';

const silent = new Logger({ stream: { write: () => undefined } });

describe('a real Collector', () => {
  let collector: RunningCollector;
  before(async () => (collector = await startCollector()));
  after(() => collector.stop());

  for (const [name, type, keys] of [
    ['gRPC', 'otlp_grpc', ''],
    ['HTTP as protobuf', 'otlp_http', ''],
    ['HTTP as JSON', 'otlp_http', ', encoding: json'],
    ['HTTP as JSON, plain', 'otlp_http', ', encoding: json, compression: none'],
  ] as const) {
    it(`takes metrics over ${name}`, async () => {
      const port = type === 'otlp_grpc' ? collector.grpcPort : collector.httpPort;
      const text = `exporters: { ${type}: { endpoint: "http://127.0.0.1:${port}"${keys} } }`;
      const { exporters } = readConfiguration({
        flags: {},
        env: {},
        file: { name: 'c', text },
        readFile: () => Buffer.of(),
      });
      const sender = new Sender(createTransport(exporters[type]!.metrics!, 'metrics'), silent);
      const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
      const service = `test ${name}`;
      await new MetricsPipeline({ 'service.name': service }, new FanOut([sender])).push(
        advance(tracker, snapshot(0, [device([peer('a', { receiveBytes: 2 ** 53 - 1 })])])),
      );
      await sender.shutdown(5000);
      assert.deepEqual([sender.deliveries.sent.requests, sender.deliveries.dropped], [1, {}]);
      await until('it is there', async () =>
        (await collector.exported()).some((request) => JSON.stringify(request).includes(service)),
      );
      const mine = (await collector.exported()).find((request) => JSON.stringify(request).includes(service));
      assert.ok(JSON.stringify(mine).includes('"9007199254740991"'));
    });
  }
});
