import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerId, tunnelId, type TunnelView } from '@wgotel/core';
import { createAgentFeed, type AgentFeed } from '@wgotel/core/tracing';
import { after, before, describe, it } from 'mocha';
import { startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import type { TunnelEnd } from '../support/tunnel-end.js';
import { startServer } from './server.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

describe('applications at both ends of a tunnel', function () {
  this.timeout(60_000);
  let tunnel: Tunnel;
  let folder: string;
  const processes: RunningProcess[] = [];
  const feeds: AgentFeed[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-ends-'));
    tunnel = await openTunnel();
    await tunnel.ping(2);
  });
  after(async () => {
    for (const feed of feeds) feed.close();
    await Promise.all(processes.map((each) => each.stop()));
    await tunnel.close();
    await rm(folder, { recursive: true });
  });

  const socketOf = (device: string): string => join(folder, `${device}.sock`);

  /** Starts an agent at one end, and asks its socket. */
  async function tunnelAt({ namespace, interface: name }: TunnelEnd): Promise<TunnelView> {
    const path = socketOf(name);
    const config = join(folder, `${name}.yaml`);
    const text = `receivers:
  wireguard: { source: auto, initial_delay: 0, collection_interval: 300ms, include: { interfaces: [${name}], match_type: strict } }
extensions: { state_socket: { path: ${path} } }
service: { extensions: [state_socket] }`;
    await writeFile(config, text, { mode: 0o600 });
    const agent = startProcess('ip', ['netns', 'exec', namespace, process.execPath, CLI, 'run', '--config', config]);
    processes.push(agent);
    const feed = createAgentFeed({ path });
    feeds.push(feed);
    return until('the agent tells of a tunnel', () => feed.current()[0], { process: agent, timeoutMs: 30_000 });
  }

  it('are told the same tunnel id by the agents of both hosts, and each the other end', async () => {
    const { a, b } = tunnel;
    const [atA, atB] = await Promise.all([tunnelAt(a), tunnelAt(b)]);
    assert.equal(atA.tunnelId, tunnelId(a.publicKey, b.publicKey));
    assert.equal(atB.tunnelId, atA.tunnelId);
    assert.deepEqual([atA.peerId, atB.peerId], [peerId(b.publicKey), peerId(a.publicKey)]);
    assert.deepEqual(
      [atA, atB].map(({ interface: name, state, allowedIPs }) => [name, state, allowedIPs]),
      [
        [a.interface, 'active', ['10.97.0.2/32']],
        [b.interface, 'active', ['10.97.0.1/32']],
      ],
    );
  });

  it('send spans with the same tunnel id, whoever asks whom', async () => {
    const { a, b } = tunnel;
    const said = [];
    for (const [end, other] of [
      [a, b],
      [b, a],
    ] as const) {
      processes.push(await startServer(other));
      const urls = [`http://${other.address}:8080/`];
      const settings = { views: socketOf(end.interface), attribute: 'wireguard.tunnel.id', urls };
      const app = repositoryPath('build/test/tunnel/tagging-app.js');
      const printed = await end.exec([process.execPath, app, JSON.stringify(settings)]);
      said.push(...Object.values(JSON.parse(printed) as Record<string, string>));
    }
    assert.deepEqual(
      said,
      Array.from({ length: 4 }, () => tunnelId(a.publicKey, b.publicKey)),
    );
  });
});
