import { execa } from 'execa';
import { repositoryPath } from '../support/repository.js';
import type { Tagging } from './tagging.js';

const ROWS: readonly (readonly [label: string, value: (measured: Tagging) => number, budget?: string])[] = [
  ['a span without tagging, µs', ({ span }) => span],
  ['a matched span, µs more', ({ matched }) => matched, '2'],
  ['an unmatched span, µs more', ({ unmatched }) => unmatched, '0.5'],
  ['  linear scan of numbers, µs', ({ linear }) => linear],
  ['  linear scan with ipaddr.js, µs', ({ ipaddrJs }) => ipaddrJs],
  ['longest block of a new table, ms', ({ longestBlock }) => longestBlock, '5'],
  ['  while nothing is done, ms', ({ longestIdle }) => longestIdle],
];

/** Measures and prints what tagging costs a span, at several numbers of allowed IPs. */
export async function printTagging(): Promise<void> {
  const results: Tagging[] = [];
  for (const count of [10, 1000, 100_000]) {
    const args = ['--expose-gc', repositoryPath('build/test/bench/tagging.js'), String(count)];
    results.push(JSON.parse((await execa(process.execPath, args)).stdout) as Tagging);
  }
  const cells = (label: string, values: readonly string[]): string =>
    label.padEnd(34) + values.map((value) => value.padStart(18)).join('');
  const counts = results.map(({ allowedIPs }) => String(allowedIPs));
  console.log(`\n${cells('allowed IPs', counts)}`);
  for (const [label, value, budget] of ROWS) {
    const withBudget = (result: Tagging): string =>
      `${value(result).toFixed(2)}${budget === undefined ? '' : ` (of ${budget})`}`;
    console.log(cells(label, results.map(withBudget)));
  }
}
