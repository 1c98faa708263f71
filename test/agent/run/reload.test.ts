import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { decodeMetrics, type DecodedPoint } from '../../support/otlp.js';
import { freePort, until } from '../../support/process.js';
import { OK, OtlpServer } from '../exporter/otlp-server.js';
import { startCli, type AgentProcess } from './agent-process.js';

const PEERS = 2000;

let folder: string;
let simulator: Simulator;
let agent: AgentProcess | undefined;

/** Series and their start times, of sums, in the requests from one on. */
function sums(server: OtlpServer, from: number): Map<string, string> {
  const points = server.received.slice(from).flatMap(({ bytes }) => decodeMetrics(bytes));
  const started = points.filter(({ metric }) => metric === 'wireguard.peer.io');
  return new Map(started.map((point): [string, string] => [series(point), point.startTime]));
}

function series({ metric, attributes }: DecodedPoint): string {
  return `${metric} ${JSON.stringify(
    Object.keys(attributes)
      .toSorted()
      .map((key) => [key, attributes[key]]),
  )}`;
}

describe('wgotel run, on SIGHUP', () => {
  const file = (): string => join(folder, 'config.yaml');
  const write = (text: string): void => writeFileSync(file(), text, { mode: 0o600 });
  const receiver = (interval: string): string =>
    `receivers: { wireguard: { source: uapi, directory: ${folder}, initial_delay: 0, collection_interval: ${interval} } }`;
  const exporters = (...ports: number[]): string =>
    `exporters: {${ports.map((port, index) => ` otlp_grpc/${index}: { endpoint: "http://127.0.0.1:${port}" }`).join(',')} }`;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-reload-'));
    simulator = new Simulator({ directory: folder });
    simulator.addDevice({ name: 'wg0', peers: PEERS, age: 600_000 });
    await simulator.start();
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const health = async (): Promise<string> =>
    `extensions: { health: { endpoint: "127.0.0.1:${await freePort()}" } }\nservice: { extensions: [health] }`;
  const reloads = (): number => agent!.output.err.split('the configuration was read again').length - 1;

  it('keeps every series and start time of a receiver that stays, under load, with other exporters', async () => {
    const [first, second] = [await OtlpServer.start(() => OK), await OtlpServer.start(() => OK)];
    try {
      const rest = await health();
      write([receiver('300ms'), exporters(first.port), rest].join('\n'));
      agent = startCli(['run', '--config', file()]);
      await until('all series are there', () => sums(first, 0).size === 2 * PEERS);
      const before = sums(first, 0);
      for (const ports of [[first.port, second.port], [second.port]]) {
        write([receiver('300ms'), exporters(...ports), rest].join('\n'));
        const count = reloads();
        agent.child.kill('SIGHUP');
        await until('it has reloaded', () => reloads() > count);
      }
      const from = second.received.length;
      await until('all series are there again', () => sums(second, from).size === 2 * PEERS);
      assert.deepEqual(sums(second, from), before);
      // What was queued for it when it was taken away is still delivered.
      await until('the first has got its rest', () => second.received.length > from + 4);
      const atFirst = first.received.length;
      await until('more has come', () => second.received.length > from + 8);
      assert.equal(first.received.length, atFirst);
      agent.child.kill('SIGTERM');
      assert.deepEqual(await agent.ended, [0, null]);
    } finally {
      first.stop();
      second.stop();
    }
  });

  it('begins anew with a receiver that changed', async () => {
    const server = await OtlpServer.start(() => OK);
    try {
      const rest = await health();
      write([receiver('200ms'), exporters(server.port), rest].join('\n'));
      agent = startCli(['run', '--config', file()]);
      await until('it sends', () => server.received.length > 0);
      write(
        [receiver('250ms').replace('source: uapi', 'source: uapi, peer_limit: 0'), exporters(server.port), rest].join(
          '\n',
        ),
      );
      agent.child.kill('SIGHUP');
      await until('only the sum of all is left', () => {
        const last = decodeMetrics(server.received.at(-1)!.bytes).filter(
          ({ metric }) => metric === 'wireguard.peer.io',
        );
        return last.length === 2 && last.every(({ attributes }) => attributes['otel.metric.overflow'] === true);
      });
    } finally {
      server.stop();
    }
  });

  it('keeps all of the old configuration when there is no listening where the new one says', async () => {
    const [first, second] = [await OtlpServer.start(() => OK), await OtlpServer.start(() => OK)];
    try {
      const rest = await health();
      write([receiver('200ms'), exporters(first.port), rest].join('\n'));
      agent = startCli(['run', '--config', file()]);
      await until('it sends', () => first.received.length > 0);
      const taken = rest.replace(/:\d+"/, `:${first.port}"`);
      write([receiver('200ms'), exporters(second.port), taken].join('\n'));
      agent.child.kill('SIGHUP');
      await until('it says so', () => /the old configuration stays.*another program listens/.test(agent!.output.err));
      const count = first.received.length;
      await until('it still sends', () => first.received.length > count + 2);
      assert.equal(second.received.length, 0);
    } finally {
      first.stop();
      second.stop();
    }
  });

  it('keeps the old configuration when the new one is wrong, says all that is, and shows it in its status', async () => {
    const server = await OtlpServer.start(() => OK);
    try {
      const rest = await health();
      const port = /:(\d+)"/.exec(rest)![1];
      write([receiver('200ms'), exporters(server.port), rest].join('\n'));
      agent = startCli(['run', '--config', file()]);
      await until('it sends', () => server.received.length > 0);
      write([receiver('0s'), 'exporters: { otlp_grpc: {} }', rest].join('\n'));
      agent.child.kill('SIGHUP');
      await until('it says so', () => agent!.output.err.includes('the old configuration stays'));
      assert.match(
        agent.output.err,
        /config\.yaml:1:\d+ receivers\.wireguard\.collection_interval: .*config\.yaml:2:\d+ exporters\.otlp_grpc\.endpoint: is missing/,
      );
      const count = server.received.length;
      await until('it still sends', () => server.received.length > count + 1);
      const status = startCli(['status', '--endpoint', `http://127.0.0.1:${port}`]);
      assert.deepEqual(await status.ended, [3, null]);
      assert.match(status.output.out, /reload failed: .*collection_interval/s);
    } finally {
      server.stop();
    }
  });
});
