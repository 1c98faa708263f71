import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerId } from '@wgotel/core';
import { parse } from 'yaml';
import { startAgent } from '../support/agent.js';
import { startCollector } from '../support/collector.js';
import { freePort, type RunningProcess } from '../support/process.js';
import type { RunningPrometheus } from '../support/prometheus.js';
import type { Published } from '../support/published-queries.js';
import { repositoryPath } from '../support/repository.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';
import { startHurriedPrometheus } from './hurried-prometheus.js';

/** Profiles on pages of the agent, by the name of the exporter and of the job that scrapes it. */
const PROFILES = {
  exporters: { mindflavor: { export_remote_ip_and_port: true }, mdlayher: {}, 'wg-prefix': {} },
  'wg-easy': { 'wg-easy': {} },
};
type Page = keyof typeof PROFILES;

/** The job that scrapes the page with a profile. */
export function jobOf(profile: Published['profile']): Page {
  return profile === 'wg-easy' ? profile : 'exporters';
}

/** Two real tunnels, the agent that reads their first ends, and a Prometheus that has it from a Collector and from pages. */
export interface MonitoredTunnels {
  /** One that is well at first. */
  readonly well: Tunnel;
  /** One whose other end does not know its peer. */
  readonly refused: Tunnel;
  readonly agent: RunningProcess;
  readonly prometheus: RunningPrometheus;
  close(): Promise<void>;
}

/** Starts all of it; rules are in a hurry, and everything is read and scraped every second. */
export async function startMonitoredTunnels(): Promise<MonitoredTunnels> {
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-rules-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    const well = await openTunnel({ keepalive: 5 });
    undo.push(() => well.close());
    const refused = await openTunnel({ keepalive: 5, cut: true });
    undo.push(() => refused.close());
    await refused.b.removePeer();
    await refused.a.exec(['ip', 'link', 'set', 'eth0', 'up']);

    const port = await freePort();
    const collector = await startCollector({ config: await collectorConfig(port) });
    undo.push(() => collector.stop());
    const pages = { exporters: await freePort(), 'wg-easy': await freePort() };
    const prometheus = await startHurriedPrometheus(folder, { collector: port, pages });
    undo.push(() => prometheus.stop());

    // A device that says nothing.
    const broken = createServer((socket) => socket.end()).listen(join(folder, 'broken.sock'));
    undo.push(() => broken.close());
    const file = join(folder, 'config.yaml');
    await writeFile(file, JSON.stringify(agentConfig({ folder, well, refused, pages })));
    const agent = startAgent(collector.grpcPort, ['--config', file]);
    undo.push(() => agent.stop());
    return { well, refused, agent, prometheus, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Our sample, with its page on a port, from which what is gone goes soon. */
async function collectorConfig(port: number): Promise<object> {
  const config = parse(await readFile(repositoryPath('otel-config/collector-prometheus.yaml'), 'utf8')) as {
    exporters: object;
  };
  const prometheus = { endpoint: `127.0.0.1:${port}`, metric_expiration: '5s' };
  return { ...config, exporters: { ...config.exporters, prometheus } };
}

interface Read {
  /** Where a device is that can't be read. */
  readonly folder: string;
  readonly well: Tunnel;
  readonly refused: Tunnel;
  readonly pages: Readonly<Record<Page, number>>;
}

function agentConfig({ folder, well, refused, pages }: Read): object {
  const receiver = { source: 'uapi', collection_interval: '1s', initial_delay: 0 };
  const exporters = Object.entries(pages).map(([name, port]): [string, object] => [
    `prometheus/${name}`,
    { endpoint: `127.0.0.1:${port}`, profiles: PROFILES[name as Page] },
  ]);
  return {
    receivers: {
      wireguard: {
        ...receiver,
        include: { interfaces: [well.a.interface, refused.a.interface] },
        names: { peers: { [well.b.publicKey]: 'well', [refused.b.publicKey]: 'refused' } },
        peers: [{ id: peerId(refused.b.publicKey), expect: 'always', stale_after: '10s' }],
      },
      'wireguard/broken': { ...receiver, directory: folder },
    },
    exporters: { otlp_grpc: {}, ...Object.fromEntries(exporters) },
    service: {
      extensions: [],
      telemetry: { resource: { 'host.name': 'gateway' } },
      pipelines: {
        metrics: { receivers: ['wireguard', 'wireguard/broken'], exporters: ['otlp_grpc'] },
        // With two receivers a page has a label that tells them apart, which the originals lack.
        'metrics/pages': { receivers: ['wireguard'], exporters: exporters.map(([name]) => name) },
      },
    },
  };
}
