import { execa } from 'execa';
import { repositoryPath } from '../support/repository.js';
import type { Part } from './part.js';
import { grouped, tabulate, two, type Figure } from './table.js';
import type { Tagging } from './tagging.js';

const FIGURES: readonly Figure<Tagging>[] = [
  { label: 'a span without tagging, µs', value: ({ span }) => span, form: two },
  { label: 'a matched span, µs more', value: ({ matched }) => matched, form: two, limit: () => 2 },
  { label: 'an unmatched span, µs more', value: ({ unmatched }) => unmatched, form: two, limit: () => 0.5 },
  { label: 'linear scan of numbers, µs', value: ({ linear }) => linear },
  { label: 'linear scan with ipaddr.js, µs', value: ({ ipaddrJs }) => ipaddrJs },
  { label: 'longest block of a new table, ms', value: ({ longestBlock }) => longestBlock, limit: () => 5 },
  { label: 'while nothing is done, ms', value: ({ longestIdle }) => longestIdle },
];

export const tagging: Part<Tagging> = {
  name: 'tagging',
  what: 'what tagging costs a span of an application',
  of: 'allowed IPs',
  sizes: [10, 1000, 100_000],
  measure: async (count) => {
    const args = ['--expose-gc', repositoryPath('build/test/bench/tagging.js'), String(count)];
    return JSON.parse((await execa(process.execPath, args)).stdout) as Tagging;
  },
  tables: (runs) => {
    const columns = runs.map(({ size, measured }) => [grouped(size), measured] as const);
    return [tabulate('allowed IPs', columns, FIGURES)];
  },
};
