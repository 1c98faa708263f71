import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { phaseOf } from '@wgotel/agent';
import { startCollector } from '../support/collector.js';
import { until } from '../support/process.js';
import { Arrivals } from './arrivals.js';
import { Fleet, type Account } from './fleet.js';

const [HOSTS, PEERS, INTERVAL] = [20, 5000, 10_000];

describe('twenty agents with 5000 peers each and one Collector', function () {
  this.timeout(240_000);
  let folder: string;
  let arrivals: Arrivals;
  let accounts: Map<string, Account>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-arrivals-'));
    const path = join(folder, 'arrivals');
    const metrics = { receivers: ['otlp'], exporters: ['file/arrivals'] };
    const others = { receivers: ['otlp'], exporters: ['file'] };
    const service = { pipelines: { metrics, logs: others, traces: others } };
    // Nothing is set but where to: it takes 4 MiB at once, and no more.
    const config = { exporters: { 'file/arrivals': { path, format: 'proto' } }, service };
    const collector = await startCollector({ config });
    arrivals = new Arrivals(path);
    const haveCome = (hosts: number, scrapes: number): Promise<unknown> =>
      until(`${scrapes} scrapes of ${hosts} hosts`, () => arrivals.have(hosts, scrapes), { timeoutMs: 120_000 });
    const fleet = await Fleet.start({
      hosts: HOSTS,
      peers: PEERS,
      interval: INTERVAL,
      grpcPort: collector.grpcPort,
      // The first scrape of a process costs most. All at once would be late for the second.
      pace: (agents) => haveCome(agents, 1),
    });
    try {
      await haveCome(HOSTS, 2);
      accounts = await fleet.end();
    } finally {
      await fleet.stop();
      await collector.stop();
    }
    await arrivals.read();
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('bring every point that any of them has made, once, with none refused or dropped', () => {
    for (const [host, { enqueued, sent, dropped }] of accounts) {
      const { points, repeated } = arrivals.byHost.get(host)!;
      assert.deepEqual(
        { points, repeated, sent, dropped },
        { points: enqueued.items, repeated: 0, sent: enqueued, dropped: {} },
      );
    }
  });

  it('bring every series of every peer with each scrape', () => {
    for (const [host, { scrapes }] of arrivals.byHost) {
      for (const scrape of scrapes.values()) {
        const count = (metric: string): number => scrape.get(metric)?.size ?? 0;
        assert.equal(count('wireguard.peer.io'), 2 * PEERS, host);
        assert.equal(count('wireguard.peer.handshakes'), PEERS, host);
        assert.equal(count('wireguard.peer.count'), 4, host);
        assert.equal(count('wireguard.device.up'), 1, host);
      }
    }
  });

  it('scrape at instants of their own after the first, which is at the start', () => {
    const isAsSaid = [...arrivals.byHost].map(([host, { scrapes }]) => {
      const [first, second] = [...scrapes.keys()] as [bigint, bigint];
      const seen = Number((second - first) / 1_000_000n) / INTERVAL;
      const off = seen - 0.5 - phaseOf({ 'service.instance.id': host }, 'wireguard');
      // A machine with much else to do may be late, and leave a scrape out.
      return Math.abs(off - Math.round(off)) < 0.25;
    });
    // By chance it would be half of them.
    assert.ok(isAsSaid.filter(Boolean).length >= 0.75 * HOSTS, isAsSaid.join());
  });
});
