/**
 * Measures what a scrape costs, at several numbers of peers:
 *   npm run bench [-- PEERS...]
 * Prints a table and keeps the numbers in build/bench.json. Times are CPU, user and system together; read them as ratios.
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { repositoryPath } from '../support/repository.js';
import { measure, type Measured } from './measure.js';
import { printTagging } from './tagging-table.js';

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

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10, 1000, 10_000, 100_000];
const results: Measured[] = [];
for (const peers of sizes) {
  const begun = performance.now();
  results.push(
    await measure(peers, (step) => {
      console.error(`${peers} peers, ${((performance.now() - begun) / 1000).toFixed(0)} s: ${step}`);
    }),
  );
}
const machine = { node: process.version, cpu: cpus()[0]?.model, cpus: cpus().length };
await writeFile(repositoryPath('build/bench.json'), `${JSON.stringify({ machine, results }, undefined, 2)}\n`);

const cells = (label: string, values: readonly string[]): string =>
  label.padEnd(34) + values.map((value) => value.padStart(18)).join('');
console.log(`Node ${machine.node}, ${machine.cpus} × ${machine.cpu}`);
console.log(
  cells(
    'peers',
    results.map(({ peers }) => String(peers)),
  ),
);
for (const { label, value, budget } of ROWS) {
  const withBudget = (result: Measured): string => {
    const limit = budget?.[result.peers];
    return limit === undefined ? value(result) : `${value(result)} (of ${limit})`;
  };
  console.log(cells(label, results.map(withBudget)));
}
await printTagging();
