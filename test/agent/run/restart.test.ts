import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { decodeMetrics } from '../../support/otlp.js';
import { until } from '../../support/process.js';
import { OK, OtlpServer } from '../exporter/otlp-server.js';
import { startCli, type AgentProcess } from './agent-process.js';

const PEERS = 50;

let folder: string;
let simulator: Simulator;
let server: OtlpServer;
let agents: AgentProcess[];

const state = (): string => join(folder, 'state', 'wireguard.state');

function start(): AgentProcess {
  const agent = startCli(['run', '--config', join(folder, 'config.yaml')]);
  agents.push(agent);
  return agent;
}

/** Start times of what the agent itself counts, in the requests from one on. */
function starts(from: number): Map<string, bigint> {
  const points = server.received.slice(from).flatMap(({ bytes }) => decodeMetrics(bytes));
  const counted = points.filter(({ metric }) => metric === 'wireguard.peer.handshakes');
  return new Map(
    counted.map(({ attributes, startTime }) => [String(attributes['wireguard.peer.id']), BigInt(startTime)]),
  );
}

describe('wgotel run with a state directory', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-state-'));
    agents = [];
    server = await OtlpServer.start(() => OK);
    simulator = new Simulator({ directory: folder });
    simulator.addDevice({ name: 'wg0', peers: PEERS, age: 600_000 });
    await simulator.start();
    const receiver = `source: uapi, directory: ${folder}, initial_delay: 0, collection_interval: 200ms, storage: file_storage`;
    writeFileSync(
      join(folder, 'config.yaml'),
      [
        `receivers: { wireguard: { ${receiver} } }`,
        `exporters: { otlp_grpc: { endpoint: "http://127.0.0.1:${server.port}" } }`,
        `extensions: { file_storage: { directory: ${join(folder, 'state')} } }`,
        'service: { extensions: [file_storage] }',
      ].join('\n'),
      { mode: 0o600 },
    );
  });
  afterEach(async () => {
    for (const { child } of agents) child.kill('SIGKILL');
    server.stop();
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const allSeries = (from: number): Promise<true> => until('all series are there', () => starts(from).size === PEERS);

  it('goes on after SIGTERM as if nothing had been', async () => {
    const first = start();
    await allSeries(0);
    const before = starts(0);
    first.child.kill('SIGTERM');
    assert.deepEqual(await first.ended, [0, null]);
    assert.ok(existsSync(`${state()}.end`), first.output.err);
    assert.equal(statSync(`${state()}.end`).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, 'state')).mode & 0o777, 0o700);
    const from = server.received.length;
    start();
    await allSeries(from);
    assert.deepEqual(starts(from), before);
  });

  it('counts anew after SIGKILL, whatever was saved', async () => {
    const first = start();
    await allSeries(0);
    await until('it was saved', () => existsSync(state()));
    const before = starts(0);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = start();
    // By then what the first one had sent has been received.
    await until('the second reads', () => second.output.err.includes('wgotel reads WireGuard'));
    const from = server.received.length;
    await allSeries(from);
    for (const [peer, time] of starts(from)) assert.ok(time > before.get(peer)!, peer);
    assert.doesNotMatch(second.output.err, /begins anew|in use/);
  });

  it('is refused the directory of another that runs', async () => {
    start();
    await allSeries(0);
    const second = start();
    assert.deepEqual(await second.ended, [2, null]);
    assert.match(second.output.err, /is in use by another wgotel: give each a directory of its own/);
  });

  it('is refused a directory that is open to others', async () => {
    mkdirSync(join(folder, 'state'), { mode: 0o755 });
    chmodSync(join(folder, 'state'), 0o755);
    const { ended, output } = start();
    assert.deepEqual(await ended, [2, null]);
    assert.match(output.err, /state is open to others, and what is saved holds endpoints of peers: chmod 700 /);
  });

  const LATER = /^\{"wgotel":"state","version":1,/;
  for (const [what, change, reason] of [
    [
      'damaged',
      (saved: string) => saved.slice(0, saved.length / 2),
      /"problem": ?"(line \d+: not JSON|it is cut short)"/,
    ],
    [
      'of a later version',
      (saved: string) => saved.replace(LATER, '{"wgotel":"state","version":2,"more":[],'),
      /"problem": ?"it is of version 2, and this wgotel reads version 1"/,
    ],
  ] as const) {
    it(`begins anew when what was saved is ${what}, says so in one line and keeps the file`, async () => {
      const first = start();
      await allSeries(0);
      first.child.kill('SIGTERM');
      await first.ended;
      const unusable = change(readFileSync(`${state()}.end`, 'utf8'));
      writeFileSync(`${state()}.end`, unusable);
      const from = server.received.length;
      const second = start();
      await allSeries(from);
      await until('it has saved its own', () => existsSync(state()));
      const lines = second.output.err.split('\n').filter((line) => line.includes('\twarn\t'));
      assert.equal(lines.length, 1, second.output.err);
      assert.match(lines[0]!, /saved state can not be used, so all begins anew/);
      assert.match(lines[0]!, reason);
      assert.ok(lines[0]!.includes(`${state()}.unused`), lines[0]);
      second.child.kill('SIGTERM');
      await second.ended;
      assert.equal(readFileSync(`${state()}.unused`, 'utf8'), unusable);
      assert.match(readFileSync(`${state()}.end`, 'utf8'), LATER);
    });
  }
});
