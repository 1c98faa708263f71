import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Heartbeat, MetricsPipeline, type EncodedRequest } from '@wgotel/agent';
import { MetricView, Tracker } from '@wgotel/core';
import { describe, it } from 'mocha';
import { startCollector } from '../support/collector.js';
import { fullCollectorPath } from '../support/full-collector-binary.js';
import { until } from '../support/process.js';
import { startPrometheus } from '../support/prometheus.js';
import { repositoryPath } from '../support/repository.js';
import { advance, device, peer, snapshot } from '../support/snapshots.js';

describe('a heartbeat through collector-remote-write.yaml', () => {
  it('brings both points of a change, which come in one request, to a real Prometheus', async () => {
    const prometheus = await startPrometheus([], { remoteWrite: true });
    const config = await readFile(repositoryPath('otel-config/collector-remote-write.yaml'), 'utf8');
    const env = { REMOTE_WRITE_ENDPOINT: `${prometheus.url}/api/v1/write` };
    const collector = await startCollector({ binary: fullCollectorPath(), config, env });
    try {
      const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: Infinity });
      const begun = Date.now() - 60_000;
      const taker = {
        enqueue: async ({ bytes, release }: EncodedRequest): Promise<void> => {
          const headers = { 'content-type': 'application/x-protobuf' };
          const body = new Uint8Array(bytes);
          const response = await fetch(`http://127.0.0.1:${collector.httpPort}/v1/metrics`, {
            method: 'POST',
            headers,
            body,
          });
          assert.ok(response.ok);
          release();
        },
      };
      const pipeline = new MetricsPipeline({}, taker, new MetricView(), new Heartbeat(240_000, begun));
      for (const [n, receiveBytes] of [100, 100, 100, 5100].entries()) {
        const scrape = snapshot(n * 15, [device([peer('a', { receiveBytes })])], { takenAt: begun + n * 15_000 });
        await pipeline.push(advance(tracker, scrape));
      }
      const series = 'wireguard_peer_io_bytes_total{network_io_direction="receive"}[5m]';
      const points = await until('the change', async () => {
        const found = await prometheus.query(`count_over_time(${series})`);
        return found[0]?.value === 3 && found;
      });
      assert.equal(points.length, 1);
      const [change] = await prometheus.query(`max_over_time(${series}) - min_over_time(${series})`);
      assert.equal(change?.value, 5000);
    } finally {
      await collector.stop();
      await prometheus.stop();
    }
  });
});
