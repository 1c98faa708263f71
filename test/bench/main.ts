/**
 * Measures what a scrape costs, at several numbers of peers; `--help` says how. Prints tables and keeps the numbers in
 * build/bench.json. Times are CPU, user and system together; read them as ratios.
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { repositoryPath } from '../support/repository.js';
import { printHeartbeats } from './heartbeat-table.js';
import { measure, type Measured } from './measure.js';
import { measureRivals, printRivals, rivalObstacles, type RivalCost } from './rivals.js';
import { printTagging } from './tagging-table.js';

const USAGE = `Usage: npm run bench -- [--rivals] [PEERS...]

Measures what a scrape costs at these numbers of peers (else 10, 1000, 10000 and 100000), then what a page costs beside
other exporters (else at 100, 1000 and 10000 peers), then what tagging costs a span and what heartbeats save. With --rivals only the second.`;

interface Row {
  readonly label: string;
  readonly value: (measured: Measured) => string;
  /** The budget, by number of peers. */
  readonly budget?: Readonly<Record<number, string>>;
}

const ms = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const mb = (value: number): string => (value / 1e6).toFixed(value < 1e7 ? 1 : 0);

const ROWS: readonly Row[] = [
  { label: 'reply, MB', value: ({ replyBytes }) => mb(replyBytes) },
  { label: 'points', value: ({ points }) => String(points) },
  { label: 'requests (MB)', value: ({ requests, requestBytes }) => `${requests} (${mb(requestBytes)})` },
  { label: 'floor: read and discard, ms', value: ({ floor }) => ms(floor) },
  { label: 'read and parse, ms', value: ({ readAndParse }) => ms(readAndParse) },
  {
    label: '  times JSON.parse of the same',
    value: ({ readAndParse, json }) => (readAndParse / json).toFixed(1),
    budget: { 10_000: '2', 100_000: '2' },
  },
  { label: 'track, ms', value: ({ track }) => ms(track) },
  { label: 'encode, ms', value: ({ encode }) => ms(encode) },
  { label: 'gzip, ms', value: ({ gzip }) => ms(gzip) },
  {
    label: 'cycle of the agent, no gzip, ms',
    value: ({ cycle }) => ms(cycle),
    budget: { 10_000: '80', 100_000: '800' },
  },
  {
    label: 'cycle of the agent, gzip, ms',
    value: ({ cycleWithGzip }) => ms(cycleWithGzip),
    budget: { 10_000: '150', 100_000: '1500' },
  },
  { label: 'longest block, ms', value: ({ longestBlock }) => ms(longestBlock), budget: { 100_000: '50' } },
  { label: '  in the warm-up, ms', value: ({ longestBlockAtFirst }) => ms(longestBlockAtFirst) },
  {
    label: 'memory of the agent (RSS), MB',
    value: ({ rss }) => mb(rss),
    budget: { 100: '110', 10_000: '160', 100_000: '500' },
  },
];

await main();

async function main(): Promise<void> {
  const { help, rivals, sizes } = readArguments();
  if (help) {
    console.log(USAGE);
    return;
  }
  const machine = { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length };
  const results = rivals ? [] : await measureCycles(sizes ?? [10, 1000, 10_000, 100_000]);
  console.log(`Node ${machine.node}, ${machine.cpus} × ${machine.cpu}`);
  if (!rivals) printCycles(results);
  const pages = await measurePages(sizes ?? [100, 1000, 10_000]);
  await writeFile(repositoryPath('build/bench.json'), `${JSON.stringify({ machine, results, pages }, undefined, 2)}\n`);
  if (rivals) return;
  await printTagging();
  await printHeartbeats();
}

function readArguments(): { help: boolean; rivals: boolean; sizes: readonly number[] | undefined } {
  try {
    const options = { help: { type: 'boolean', default: false }, rivals: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const wrong = positionals.find((text) => !/^[1-9]\d*$/.test(text));
    if (wrong !== undefined) throw new Error(`${wrong} is no number of peers`);
    return { ...values, sizes: positionals.length > 0 ? positionals.map(Number) : undefined };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Says on standard error what is being done, and since when. */
function progress(peers: number): (step: string) => void {
  const begun = performance.now();
  return (step) => console.error(`${peers} peers, ${((performance.now() - begun) / 1000).toFixed(0)} s: ${step}`);
}

async function measureCycles(sizes: readonly number[]): Promise<Measured[]> {
  const results: Measured[] = [];
  for (const peers of sizes) results.push(await measure(peers, progress(peers)));
  return results;
}

/** Measures and prints what pages cost beside other exporters, where there are some. */
async function measurePages(sizes: readonly number[]): Promise<RivalCost[]> {
  const missing = rivalObstacles();
  if (missing !== undefined) {
    console.log(`\nnot measured beside other exporters: ${missing}`);
    return [];
  }
  const costs: RivalCost[] = [];
  for (const peers of sizes) costs.push(...(await measureRivals(peers, progress(peers))));
  printRivals(costs);
  return costs;
}

function printCycles(results: readonly Measured[]): void {
  const cells = (label: string, values: readonly string[]): string =>
    label.padEnd(34) + values.map((value) => value.padStart(18)).join('');
  const peers = results.map((result) => String(result.peers));
  console.log(cells('peers', peers));
  for (const { label, value, budget } of ROWS) {
    const withBudget = (result: Measured): string => {
      const limit = budget?.[result.peers];
      return limit === undefined ? value(result) : `${value(result)} (of ${limit})`;
    };
    console.log(cells(label, results.map(withBudget)));
  }
}
