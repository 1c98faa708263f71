import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCES, tunnelId, type TunnelView } from '@wgotel/core';
import { createAgentFeed, type AgentFeed } from '@wgotel/core/tracing';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { startCli, type AgentProcess } from '../run/agent-process.js';

let folder: string;
let path: string;
let simulator: Simulator;
let agent: AgentProcess | undefined;
let feed: AgentFeed;

function start(): AgentProcess {
  const config = join(folder, 'config.yaml');
  const text = `receivers: { wireguard: { source: uapi, directory: ${folder}/uapi, initial_delay: 0s, collection_interval: 300ms } }
extensions: { state_socket: { path: ${path} } }
service: { extensions: [state_socket] }
`;
  writeFileSync(config, text, { mode: 0o600 });
  return (agent = startCli(['run', '--config', config]));
}

const byPeer = (views: readonly Partial<TunnelView>[]): readonly Partial<TunnelView>[] =>
  views.toSorted((a, b) => (a.tunnelId! < b.tunnelId! ? -1 : 1));

/** What the device itself says. */
async function read(): Promise<readonly Partial<TunnelView>[]> {
  const { devices } = await SOURCES.uapi({ directory: join(folder, 'uapi') }).read({
    signal: AbortSignal.timeout(5000),
    previous: undefined,
    now: Date.now(),
  });
  return byPeer(
    devices.flatMap(({ publicKey, peers }) =>
      peers.map((peer) => ({ tunnelId: tunnelId(publicKey, peer.publicKey), allowedIPs: peer.allowedIPs })),
    ),
  );
}

const told = (): readonly Partial<TunnelView>[] =>
  byPeer(feed.current().map(({ tunnelId: id, allowedIPs }) => ({ tunnelId: id, allowedIPs })));

describe('an agent and an application that asks it', function () {
  this.timeout(60_000);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-tell-'));
    mkdirSync(join(folder, 'uapi'));
    path = join(folder, 'run', 'state.sock');
    simulator = new Simulator({ directory: join(folder, 'uapi') });
    simulator.addDevice({ name: 'wg0', peers: 20, age: 600_000 });
    await simulator.start();
    feed = createAgentFeed({ path });
  });
  afterEach(async () => {
    feed.close();
    agent?.child.kill('SIGKILL');
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  it('agree with the device, and go on over a restart, a kill and a replaced socket', async () => {
    feed.current();
    start();
    await until('there are tunnels', () => feed.current().length === 20);
    assert.deepEqual(told(), await read());

    const { child, ended } = agent!;
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
    assert.equal(existsSync(path), false);
    await until('nothing is known', () => feed.current().length === 0);

    const killed = start();
    await until('they are there again', () => feed.current().length === 20);
    killed.child.kill('SIGKILL');
    await killed.ended;
    assert.equal(existsSync(path), true);
    start();
    let gone = false;
    feed.onChange(() => (gone ||= feed.current().length === 0));
    await until('the next agent has replaced the socket', () => agent!.output.err.includes('wgotel reads WireGuard'));
    await until('tunnels are told of', () => feed.current().length === 20);
    assert.deepEqual(told(), await read());
  });

  it('is refused a socket at which another agent listens, in one sentence', async () => {
    const first = start();
    await until('it listens', () => existsSync(path));
    const { ended, output } = start();
    assert.deepEqual(await ended, [2, null]);
    assert.match(output.err, new RegExp(`tunnels can't be told of at ${path}: another agent listens there; set`));
    assert.equal(existsSync(path), true);
    first.child.kill('SIGTERM');
    await first.ended;
  });
});
