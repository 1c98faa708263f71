import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { serveUapi, type UapiServer } from '@wgotel/simulator';
import { after, before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { publicKeyOf, toReply, type TestPeer } from '../core/source/device-text.js';
import { testDevice } from '../core/source/reading.js';
import { startAgent } from '../support/agent.js';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { freePort, isListening, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { linesOf } from './page-lines.js';

const NAMES = ['gone', 'a', 'b', 'c', 'd'];

/** The agent's own page, and the Collector's: one that forgets a series after several heartbeats, one before the next. */
type Page = 'own' | 'lasting' | 'brief';

describe('a heartbeat on the page of collector-prometheus.yaml', () => {
  const ports = {} as Record<Page, number>;
  let peers: TestPeer[] = NAMES.map((name, i) => ({
    name,
    handshake: 1_700_000_000,
    receiveBytes: 1000 + i,
    transmitBytes: 2000 + i,
  }));
  let folder: string;
  let device: UapiServer;
  let config: object;
  let collector: RunningCollector;
  let agent: RunningProcess;

  /** Samples of peers on a page. */
  async function samplesOn(page: Page): Promise<Set<string>> {
    const text = await (await fetch(`http://127.0.0.1:${ports[page]}/metrics`)).text();
    return new Set([...linesOf(text)].filter((line) => line.includes('wireguard_peer_name=')));
  }

  /** Waits until the Collector's page is the agent's, with a line, and returns it. */
  function complete(line: RegExp): Promise<Set<string>> {
    return until(`pages with ${line}`, async () => {
      const [own, lasting] = [await samplesOn('own'), await samplesOn('lasting')];
      return [...own].some((each) => line.test(each)) && isDeepStrictEqual(own, lasting) && own;
    });
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-heartbeat-'));
    device = await serveUapi(join(folder, 'wg0.sock'), () => toReply(testDevice('wg0', peers)));
    for (const page of ['own', 'lasting', 'brief'] as const) ports[page] = await freePort();
    config = await collectorConfig(ports);
    collector = await startCollector({ config });
    const file = join(folder, 'config.yaml');
    await writeFile(file, JSON.stringify(agentConfig(folder, ports.own)));
    agent = startAgent(collector.grpcPort, ['--config', file]);
    await until('the agent has a page', () => isListening(ports.own), { process: agent });
  });
  after(async () => {
    await agent?.stop();
    await collector?.stop();
    await device?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('keeps what does not change if metric_expiration is longer, and what is gone until it is over', async () => {
    const all = await complete(/^wireguard_peer_io_bytes_total\{.*name="gone".*\} 1000$/);
    const isGone = (line: string): boolean => line.includes('wireguard_peer_name="gone"');
    const staying = new Set([...all].filter((line) => !isGone(line)));
    assert.equal(staying.size / all.size, 4 / 5);
    peers = peers.filter(({ name }) => name !== 'gone');

    const seen = { lingering: false, missing: new Set<string>(), back: new Set<string>() };
    await until('one is gone, and all others came back', async () => {
      const [own, lasting, brief] = [await samplesOn('own'), await samplesOn('lasting'), await samplesOn('brief')];
      const lingers = [...lasting].some(isGone);
      if (lingers && ![...own].some(isGone)) seen.lingering = true;
      assert.deepEqual(new Set([...lasting].filter((line) => !isGone(line))), staying);
      assert.ok([...lasting, ...brief].every((line) => all.has(line)));
      for (const line of staying) {
        if (!brief.has(line)) seen.missing.add(line);
        else if (seen.missing.has(line)) seen.back.add(line);
      }
      return !lingers && seen.back.size === staying.size;
    });
    assert.ok(seen.lingering);
  });

  it('has a change', async () => {
    peers = peers.map((peer) => (peer.name === 'a' ? { ...peer, receiveBytes: 555_555 } : peer));
    await complete(/^wireguard_peer_io_bytes_total\{.*name="a".*\} 555555$/);
  });

  it('is complete again after a restart', async () => {
    await collector.stop();
    collector = await startCollector({ config, grpcPort: collector.grpcPort });
    await complete(/name="a"/);
  });
});

/** Our sample, with two pages. */
async function collectorConfig({ lasting, brief }: Readonly<Record<Page, number>>): Promise<object> {
  const sample = parse(await readFile(repositoryPath('otel-config/collector-prometheus.yaml'), 'utf8')) as {
    exporters: { prometheus: object };
    service: { pipelines: { metrics: object } };
  };
  const page = (port: number, expiration: string): object => ({
    ...sample.exporters.prometheus,
    endpoint: `127.0.0.1:${port}`,
    metric_expiration: expiration,
    without_scope_info: true,
  });
  const exporters = { 'prometheus/lasting': page(lasting, '6s'), 'prometheus/brief': page(brief, '500ms') };
  const metrics = { ...sample.service.pipelines.metrics, exporters: Object.keys(exporters) };
  return { ...sample, exporters, service: { pipelines: { metrics } } };
}

function agentConfig(directory: string, port: number): object {
  const times = { collection_interval: '250ms', initial_delay: 0, heartbeat: '1s' };
  const names = { peers: Object.fromEntries(NAMES.map((name) => [publicKeyOf(name), name])) };
  return {
    receivers: { wireguard: { source: 'uapi', directory, names, ...times } },
    exporters: { otlp_grpc: {}, prometheus: { endpoint: `127.0.0.1:${port}` } },
    service: { extensions: [], telemetry: { metrics: { level: 'none' }, resource: { 'host.name': 'gateway' } } },
  };
}
