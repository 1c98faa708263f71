/**
 * Measures what many agents cost a Collector, the tiers of otel-config/gateway and a Prometheus; `--help` says how. Times are CPU, user
 * and system, of whole processes by /proc.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { TcpProxy } from '../agent/exporter/tcp-proxy.js';
import { cpuOf, peakMemoryOf } from '../support/process-cost.js';
import { Fleet } from './fleet.js';
import { throughTiers, toFile, type Setting } from './settings.js';

const USAGE = `Usage: npm run fleet -- [--receiver KEYS] [HOSTS PEERS]

Measures so many agents (else 20), with so many simulated peers each (else 5000): first with one Collector that writes to a file,
then with the balancer and gateway of otel-config/gateway and a Prometheus. KEYS are more keys of each agent's receiver, as JSON or
YAML. Takes five minutes, and memory: some 160 MB for an agent and, at 100 000 peers, some GB for the rest. Needs what the suite fleet needs.`;

/** Long enough for a cycle of everything to be over before the next, in milliseconds. */
const INTERVAL = 15_000;

/** The first scrapes cost more than those that come later, in agents and behind them, and are not to come all at once. */
const [WARM_UP, PAUSE] = [4, 1000];
const SCRAPES = 4;

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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function row(what: string, ...numbers: readonly number[]): void {
  const text = numbers.map((value) => (value < 10 ? value.toFixed(2) : value.toFixed(0)).padStart(14));
  console.log(`  ${what.padEnd(36)}${text.join('')}`);
}
