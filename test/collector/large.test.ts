import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { startAgent } from '../support/agent.js';
import { startCollector } from '../support/collector.js';
import { exportedPoints } from '../support/exported-points.js';
import { until } from '../support/process.js';
import { startSimulator } from '../support/simulator-process.js';

const PEERS = 10_000;

describe('ten thousand peers', () => {
  it('reach a stock Collector whole: it takes every request and holds every series', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wgotel-large-'));
    const simulator = await startSimulator(directory, PEERS);
    // No limit is set on its receiver: it refuses what is larger than 4 MiB.
    const collector = await startCollector();
    try {
      const agent = startAgent(collector.grpcPort, ['--source', 'uapi', '--uapi-directory', directory]);
      try {
        await until('all requests of a scrape', async () => (await collector.exported()).length >= 2, {
          process: agent,
          timeoutMs: 30_000,
        });
      } finally {
        await agent.stop();
      }
      assert.doesNotMatch(agent.output(), /refused|dropped[^:]*: ?[1-9]/);
      assert.match(agent.output(), /wgotel has ended/);
      await collector.stop();
      const points = exportedPoints(await collector.exported());
      const scrape = points[0]!.time;
      const ofPeers = (metric: string, direction?: string): Set<string | undefined> =>
        new Set(
          points
            .filter((point) => point.metric === metric && point.time === scrape)
            .filter(({ attributes }) => attributes['network.io.direction'] === direction)
            .map(({ attributes }) => attributes['wireguard.peer.id']),
        );
      assert.equal(ofPeers('wireguard.peer.io', 'receive').size, PEERS);
      assert.equal(ofPeers('wireguard.peer.io', 'transmit').size, PEERS);
      assert.equal(ofPeers('wireguard.peer.handshakes').size, PEERS);
      const states = points.filter(({ metric, time }) => metric === 'wireguard.peer.count' && time === scrape);
      const count = (state: string): number =>
        states.find(({ attributes }) => attributes['wireguard.peer.state'] === state)!.value;
      assert.equal(count('active') + count('stale') + count('idle') + count('never'), PEERS);
      assert.equal(ofPeers('wireguard.peer.up').size, count('active') + count('stale'));
    } finally {
      await Promise.all([simulator.stop(), collector.stop()]);
      await rm(directory, { recursive: true });
    }
  });
});
