/**
 * Measures what many agents cost a Collector, the tiers of otel-config/gateway and a Prometheus; `--help` says how. Times are CPU, user
 * and system, of whole processes by /proc.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { TcpProxy } from '../agent/exporter/tcp-proxy.js';
import { startCollector } from '../support/collector.js';
import { fullCollectorPath } from '../support/full-collector-binary.js';
import { cpuOf, peakMemoryOf } from '../support/process-cost.js';
import { startPrometheus } from '../support/prometheus.js';
import { Fleet } from './fleet.js';
import { gatewayFile } from './gateway-tiers.js';

const USAGE = `Usage: npm run fleet -- [--receiver KEYS] [HOSTS PEERS]

Measures so many agents (else 20), with so many simulated peers each (else 5000): first with one Collector that writes to a file,
then with the balancer and gateway of otel-config/gateway and a Prometheus. KEYS are more keys of each agent's receiver, as JSON or YAML. Takes five minutes, and memory: 110 MB for an agent
and, at 100 000 peers, some GB for the rest. Needs what the suite fleet needs.`;

/** Long enough for a cycle of everything to be over before the next, in milliseconds. */
const INTERVAL = 15_000;

/** The first scrapes cost more than those that come later, in agents and behind them, and are not to come all at once. */
const [WARM_UP, PAUSE] = [4, 1000];
const SCRAPES = 4;

/** What is measured of a run, besides the agents. */
interface Setting {
  readonly grpcPort: number;
  readonly pids: Readonly<Record<string, number>>;
  /** Numbers that grow, such as bytes sent. */
  readonly counters: () => Promise<Readonly<Record<string, number>>>;
  /** How many series there are at the end, by name of the metric. */
  readonly series: () => Promise<[name: string, series: number][]>;
  readonly stop: () => Promise<unknown>;
}

const options = { help: { type: 'boolean' }, receiver: { type: 'string', default: '{}' } } as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const [hosts, peers] = [Number(positionals[0] ?? 20), Number(positionals[1] ?? 5000)];
if (values.help === true || !(hosts > 0) || !(peers > 0)) {
  console.log(USAGE);
} else {
  for (const [title, start] of Object.entries({ 'a file': toFile, 'balancer, gateway, Prometheus': throughTiers })) {
    console.log(`\n${hosts} agents with ${peers} peers each, every ${INTERVAL / 1000} s, to ${title}`);
    await measure(await start());
  }
}

async function measure(setting: Setting): Promise<void> {
  const proxy = await TcpProxy.start(setting.grpcPort);
  const receiver = parse(values.receiver) as object;
  const pace = (): Promise<unknown> => delay(PAUSE);
  const fleet = await Fleet.start({ hosts, peers, interval: INTERVAL, grpcPort: proxy.port, receiver, pace });
  try {
    const agents = [...fleet.agents.values()].map(({ pid }) => pid);
    const snapshot = async (): Promise<Record<string, number>> => ({
      'agents, CPU ms': sum(agents.map(cpuOf)),
      ...Object.fromEntries(Object.entries(setting.pids).map(([name, pid]) => [`${name}, CPU ms`, cpuOf(pid)])),
      'agents send, bytes': proxy.sent,
      ...(await setting.counters()),
    });
    await delay(WARM_UP * INTERVAL);
    const before = await snapshot();
    await delay(SCRAPES * INTERVAL);
    const after = await snapshot();
    console.log('a scrape of all agents, and of a thousand peers:');
    for (const [name, value] of Object.entries(after)) {
      const each = (value - before[name]!) / SCRAPES;
      row(name, each, (each / (hosts * peers)) * 1000);
    }
    row('an agent, largest RSS, MB', Math.max(...agents.map(peakMemoryOf)) / 1e6);
    for (const [name, pid] of Object.entries(setting.pids)) row(`${name}, RSS, MB`, peakMemoryOf(pid) / 1e6);
    for (const [name, series] of await setting.series()) row(name, series, (series / (hosts * peers)) * 1000);
    const dropped = [...(await fleet.end()).values()].flatMap((account) => Object.keys(account.dropped));
    row('agents that dropped something', dropped.length);
  } finally {
    await fleet.stop();
    proxy.stop();
    await setting.stop();
  }
}

/** The setting of the test. */
async function toFile(): Promise<Setting> {
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-measure-'));
  const path = join(folder, 'arrivals');
  const others = { receivers: ['otlp'], exporters: ['file'] };
  const pipelines = { metrics: { receivers: ['otlp'], exporters: ['file/all'] }, logs: others, traces: others };
  const config = { exporters: { 'file/all': { path, format: 'proto' } }, service: { pipelines } };
  const collector = await startCollector({ config });
  return {
    grpcPort: collector.grpcPort,
    pids: { Collector: collector.pid },
    counters: async () => ({ 'before compression, bytes': (await stat(path)).size }),
    series: async () => [],
    stop: async () => {
      await collector.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Metrics alone: without Kafka and Tempo. */
async function throughTiers(): Promise<Setting> {
  const prometheus = await startPrometheus([], { remoteWrite: true });
  const proxy = await TcpProxy.start(Number(new URL(prometheus.url).port));
  const { exporters, service, ...rest } = await gatewayFile('gateway');
  const write = 'prometheus_remote_write';
  const gateway = await startCollector({
    binary: fullCollectorPath(),
    config: {
      ...rest,
      exporters: { [write]: exporters![write] },
      service: { extensions: [], pipelines: { metrics: { ...service.pipelines['metrics'], exporters: [write] } } },
    },
    env: { REMOTE_WRITE_ENDPOINT: `http://127.0.0.1:${proxy.port}/api/v1/write` },
  });
  const env = { GATEWAYS_NAME: '127.0.0.1', GATEWAYS_PORT: String(gateway.grpcPort) };
  const balancer = await startCollector({ config: await gatewayFile('balancer'), env });
  return {
    grpcPort: balancer.grpcPort,
    pids: { balancer: balancer.pid, gateway: gateway.pid, Prometheus: prometheus.pid },
    counters: async () => ({ 'gateway writes, bytes': proxy.sent }),
    series: async () => {
      // Those with most; a query for all would take minutes.
      const response = await fetch(`${prometheus.url}/api/v1/status/tsdb`);
      const { data } = (await response.json()) as {
        data: { seriesCountByMetricName: { name: string; value: number }[] };
      };
      return data.seriesCountByMetricName.map(({ name, value }) => [name, value]);
    },
    stop: async () => {
      await Promise.all([balancer.stop(), gateway.stop()]);
      proxy.stop();
      await prometheus.stop();
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function row(what: string, ...numbers: readonly number[]): void {
  const text = numbers.map((value) => (value < 10 ? value.toFixed(2) : value.toFixed(0)).padStart(14));
  console.log(`  ${what.padEnd(36)}${text.join('')}`);
}
