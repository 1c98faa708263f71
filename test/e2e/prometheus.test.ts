import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerId } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { startAgent } from '../support/agent.js';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { panelQueries } from '../support/dashboard-queries.js';
import { ALERT_RULES, RECORDING_RULES } from '../support/known-series.js';
import { freePort, until, type RunningProcess } from '../support/process.js';
import { startPrometheus, type RunningPrometheus } from '../support/prometheus.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import { DASHBOARDS } from '../tools/dashboards/files.js';

/** By this all durations of the rules are divided, so that the test need not wait for them. */
const FASTER = 10;
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

const shorter = (count: string, unit: string): string => `${(Number(count) * UNITS[unit as 's']) / FASTER}s`;

/** Shortens how long rules wait, and the ranges over which they look. */
function hurried(rules: string): string {
  return rules
    .replace(/^(\s+for: )(\d+)([smhd])$/gm, (_, key: string, count: string, unit: string) => key + shorter(count, unit))
    .replace(/\[(\d+)([smhd])\]/g, (_, count: string, unit: string) => `[${shorter(count, unit)}]`);
}

/** What node_exporter says of an interface. */
const NODE_EXPORTER = ['receive_errs', 'transmit_errs', 'receive_drop', 'transmit_drop']
  .map((what) => `# TYPE node_network_${what}_total counter\nnode_network_${what}_total{device="wg0"} 7\n`)
  .join('');

describe('real tunnels, the agent, a real Collector and a real Prometheus with our rules', () => {
  const begun = Date.now() / 1000;
  let folder: string;
  /** One that is well at first, and one whose other end does not know its peer. */
  let well: Tunnel;
  let refused: Tunnel;
  let collector: RunningCollector;
  let prometheus: RunningPrometheus;
  let agent: RunningProcess;
  let nodeExporter: HttpServer;
  let brokenDevice: Server;

  async function startAll(): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-rules-'));
    well = await openTunnel({ keepalive: 5 });
    refused = await openTunnel({ keepalive: 5, cut: true });
    await refused.b.removePeer();
    await refused.a.exec(['ip', 'link', 'set', 'eth0', 'up']);

    const port = await freePort();
    const config = parse(await readFile(repositoryPath('otel-config/collector-prometheus.yaml'), 'utf8')) as {
      exporters: { prometheus: object };
    };
    config.exporters.prometheus = { endpoint: `127.0.0.1:${port}`, metric_expiration: '5s' };
    collector = await startCollector({ config });

    const rules = [RECORDING_RULES, ALERT_RULES];
    for (const [index, path] of rules.entries()) {
      await writeFile(join(folder, `${index}.yaml`), hurried(await readFile(repositoryPath(path), 'utf8')));
    }
    nodeExporter = createHttpServer((_, response) => response.end(NODE_EXPORTER)).listen(0, '127.0.0.1');
    await once(nodeExporter, 'listening');
    const sample = parse(await readFile(repositoryPath('otel-config/prometheus/prometheus.yaml'), 'utf8')) as {
      scrape_configs: { job_name: string }[];
    };
    const job = sample.scrape_configs.find(({ job_name: name }) => name === 'collector');
    prometheus = await startPrometheus(
      [
        { ...job, static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
        {
          job_name: 'node',
          static_configs: [{ targets: [`127.0.0.1:${(nodeExporter.address() as AddressInfo).port}`] }],
        },
      ],
      { rules: rules.map((_, index) => join(folder, `${index}.yaml`)) },
    );

    // A device that says nothing.
    brokenDevice = createServer((socket) => socket.end()).listen(join(folder, 'broken.sock'));
    const agentConfig = join(folder, 'config.yaml');
    const receiver = { source: 'uapi', collection_interval: '1s', initial_delay: 0 };
    const receivers = {
      wireguard: {
        ...receiver,
        include: { interfaces: [well.a.interface, refused.a.interface] },
        peers: [{ id: peerId(refused.b.publicKey), expect: 'always', stale_after: '10s' }],
      },
      'wireguard/broken': { ...receiver, directory: folder },
    };
    const telemetry = { resource: { 'host.name': 'gateway' } };
    await writeFile(agentConfig, JSON.stringify({ receivers, service: { extensions: [], telemetry } }));
    agent = startAgent(collector.grpcPort, ['--config', agentConfig]);
  }

  before(async function () {
    this.timeout(120_000);
    await startAll();
  });

  after(async () => {
    await agent?.stop();
    await prometheus?.stop();
    await collector?.stop();
    await well?.close();
    await refused?.close();
    nodeExporter?.close();
    brokenDevice?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Whether an alert fires of which this is true. */
  const fires = async (name: string, about: Readonly<Record<string, string>>): Promise<boolean> =>
    (await prometheus.alerts()).some(
      ({ labels, state }) =>
        state === 'firing' &&
        labels['alertname'] === name &&
        Object.entries(about).every(([key, value]) => labels[key] === value),
    );
  const untilFires = (name: string, about: Readonly<Record<string, string>>): Promise<boolean> =>
    until(`${name} fires`, () => fires(name, about), { timeoutMs: 100_000 });
  const untilClears = (name: string, about: Readonly<Record<string, string>>): Promise<boolean> =>
    until(`${name} clears`, async () => !(await fires(name, about)), { timeoutMs: 200_000 });

  const OF_AGENT = { job: 'wgotel', host_name: 'gateway' };
  const ofDevice = ({ a }: Tunnel): Record<string, string> => ({ ...OF_AGENT, network_interface_name: a.interface });
  const ofPeer = (tunnel: Tunnel): Record<string, string> => ({
    ...ofDevice(tunnel),
    wireguard_peer_id: peerId(tunnel.b.publicKey),
  });

  /** Gives b another address, and has it speak so that a learns it. */
  async function roam(to: string, from: string): Promise<void> {
    const { b, a } = well;
    await b.exec(['ip', 'address', 'add', `${to}/24`, 'dev', 'eth0']);
    await b.exec(['ip', 'address', 'delete', `${from}/24`, 'dev', 'eth0']);
    await b.exec(['ip', 'address', 'replace', `${to}/24`, 'dev', 'eth0']);
    // wireguard-go would go on to send from the address that is gone.
    await b.exec(['wg', 'set', b.interface, 'listen-port', '51820']);
    await b.exec(['ping', '-n', '-q', '-c', '2', '-i', '0.2', '-W', '5', a.address]);
  }

  /** How often the address of the peer changed, as Prometheus knows. */
  async function changes(): Promise<number> {
    const selector = `wireguard_peer_endpoint_changes_total{wireguard_peer_endpoint_change_type="address", wireguard_peer_id="${peerId(well.b.publicKey)}"}`;
    return (await prometheus.query(selector))[0]?.value ?? 0;
  }

  it('scrapes without trouble', async () => {
    await until(
      'the metrics are there',
      async () => (await prometheus.query('wireguard_device_up_ratio')).length === 2,
    );
    assert.deepEqual(await prometheus.troubles(), new Map());
  });

  it('fires and clears: peer stale, handshake attempts', async function () {
    this.timeout(400_000);
    await untilFires('WireGuardPeerStale', ofPeer(refused));
    await untilFires('WireGuardHandshakeAttemptSpike', ofPeer(refused));
    assert.equal(await fires('WireGuardPeerStale', ofPeer(well)), false);
    assert.equal(await fires('WireGuardHandshakeAttemptSpike', ofPeer(well)), false);
    await refused.b.addPeer();
    await untilClears('WireGuardPeerStale', ofPeer(refused));
    await untilClears('WireGuardHandshakeAttemptSpike', ofPeer(refused));
  });

  it('fires and clears: endpoint flapping', async function () {
    this.timeout(400_000);
    const addresses = ['192.0.2.2', '192.0.2.3'];
    const isFlapping = (): Promise<boolean> => fires('WireGuardEndpointFlapping', ofPeer(well));
    // The first makes the series, and the next four count; more where the machine is too slow for all to be in one range.
    for (let seen = 0; seen < 5 || (seen < 50 && !(await isFlapping())); seen++) {
      if (seen < 5) assert.equal(await isFlapping(), false, `after ${seen} changes`);
      const [from, to] = seen % 2 === 0 ? addresses : addresses.toReversed();
      await roam(to!, from!);
      await until(`change ${seen + 1}`, async () => (await changes()) > seen);
    }
    await untilFires('WireGuardEndpointFlapping', ofPeer(well));
    await untilClears('WireGuardEndpointFlapping', ofPeer(well));
  });

  it('fires and clears: device missing', async function () {
    this.timeout(400_000);
    await well.a.stop();
    await untilFires('WireGuardDeviceMissing', ofDevice(well));
    assert.equal(await fires('WireGuardDeviceMissing', ofDevice(refused)), false);
    await well.a.start();
    await untilClears('WireGuardDeviceMissing', ofDevice(well));
  });

  it('fires: agent absent', async function () {
    this.timeout(400_000);
    assert.equal(await fires('WireGuardAgentAbsent', OF_AGENT), false);
    await agent.stop();
    await untilFires('WireGuardAgentAbsent', OF_AGENT);
  });

  for (const { dashboard } of DASHBOARDS) {
    it(`has had data for every panel of ${dashboard.uid}`, async () => {
      const empty: string[] = [];
      for (const { panel, expr } of panelQueries(dashboard)) {
        if ((await prometheus.countSince(expr, begun)) === 0) empty.push(`${panel}: ${expr}`);
      }
      assert.deepEqual(empty, []);
    });
  }
});
