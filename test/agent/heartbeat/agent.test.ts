import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Agent, Logger, readConfiguration, type Configuration } from '@wgotel/agent';
import type { Frame } from '@wgotel/core';
import { Simulator } from '@wgotel/simulator';
import { decodeMetrics } from '../../support/otlp.js';
import { pointsOf, seriesOf } from '../../support/points.js';
import { until } from '../../support/process.js';
import { OtlpServer } from '../exporter/otlp-server.js';

const INTERVAL = 15_000;

describe('an agent with a heartbeat', () => {
  let directory: string;
  let simulator: Simulator;
  let agent: Agent;
  const servers: OtlpServer[] = [];

  const configure = (section: string, ports: readonly number[]): Configuration => {
    const exporters = ports.map((port) => `otlp_grpc/${port}: { endpoint: "http://127.0.0.1:${port}" }`);
    // Scrapes are made by hand, in virtual time.
    const text = `
receivers: { wireguard: { source: uapi, directory: ${directory}, initial_delay: 24h, ${section} } }
exporters: { ${exporters.join(', ')} }
service: { telemetry: { metrics: { level: none } } }`;
    const readFile = (): never => {
      throw new Error('no file is referred to');
    };
    return readConfiguration({ flags: {}, env: {}, file: { name: 'w.yaml', text }, readFile });
  };
  const startServer = async (): Promise<OtlpServer> => {
    const server = await OtlpServer.start();
    servers.push(server);
    return server;
  };
  const scrape = async (): Promise<Frame> => {
    await simulator.advance(INTERVAL);
    const frame = await agent.scrapers.get('wireguard')!.receiver.scrape();
    const isDelivered = (): boolean =>
      [...agent.senders].every(({ sender }) => sender.deliveries.queued.requests === 0);
    await until('all is delivered', isDelivered);
    return frame;
  };
  /** What a server got of a scrape. */
  const gets = async (server: OtlpServer): Promise<{ all: number; sent: number; series: Set<string> }> => {
    const before = server.received.length;
    const frame = await scrape();
    const points = server.received.slice(before).flatMap(({ bytes }) => decodeMetrics(bytes));
    const series = points.map(({ metric, attributes }) =>
      seriesOf({ metric, attributes, startTime: 0, time: 0, value: 0 }),
    );
    return { all: pointsOf(frame).length, sent: points.length, series: new Set(series) };
  };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'wgotel-heartbeat-'));
    simulator = new Simulator({ directory, time: 'virtual' });
    simulator.addDevice({ name: 'wg0', peers: 100, age: 600_000, mix: { steady: 1, phone: 9 } });
    await simulator.start();
    const clock = { now: () => simulator.now(), monotonic: () => simulator.now() };
    agent = new Agent(configure('heartbeat: 1m', [(await startServer()).port]), new Logger({ level: 'error' }), clock);
    await agent.start();
  });
  afterEach(async () => {
    await agent.shutdown();
    await simulator.close();
    for (const server of servers.splice(0)) server.stop();
    rmSync(directory, { recursive: true });
  });

  it('sends everything first, then every series once a minute', async () => {
    const first = await gets(servers[0]!);
    assert.equal(first.sent, first.all);
    const seen = new Set<string>();
    for (let scrapes = 0; scrapes < 4; scrapes++) {
      const { all, sent, series } = await gets(servers[0]!);
      assert.ok(sent < all / 2, `${sent} of ${all}`);
      for (const each of series) seen.add(each);
    }
    for (const each of first.series) assert.ok(seen.has(each), each);
  });

  it('sends everything once after another configuration was read, also to an exporter that is new', async () => {
    await scrape();
    const added = await startServer();
    for (const section of ['heartbeat: 1m', 'heartbeat: 2m']) {
      await agent.reload(configure(section, [servers[0]!.port, added.port]));
      const first = await gets(added);
      assert.ok(first.sent >= first.all && first.series.size === first.all, `${first.sent} of ${first.all}`);
      const second = await gets(added);
      assert.ok(second.sent < second.all / 2, `${second.sent} of ${second.all}`);
    }
  });

  it('is none unless it is asked for', async () => {
    await agent.reload(configure('peer_limit: 1000', [servers[0]!.port]));
    for (let scrapes = 0; scrapes < 2; scrapes++) {
      const { all, sent } = await gets(servers[0]!);
      assert.equal(sent, all);
    }
  });
});
