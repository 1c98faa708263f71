import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { BENCHMARKS_PAGE, generateBenchmarks } from '../tools/benchmarks.js';
import { growthTable } from './growth.js';
import type { Measured } from './measure.js';
import { conditionsOf, withRun, type Run } from './results.js';
import { rivals } from './rivals-part.js';
import type { RivalCost } from './rivals.js';
import { grouped, tabulate, toMarkdown, toText, verdict, type Figure } from './table.js';

const figures: readonly Figure<number>[] = [
  { label: 'time, ms', value: (time) => time, limit: (time) => (time < 9 ? undefined : 100) },
  { label: 'half', value: (time) => (time > 1 ? time / 2 : undefined) },
  { label: 'never measured', value: () => undefined },
];
const table = tabulate(
  'peers',
  [1, 50, 130].map((time) => [grouped(time * 1000), time]),
  figures,
);

const conditions = { node: 'v20.0.0', cpu: 'some', cpus: 2, date: '2026-11-01', load: [0.4, 1.26] as const };
const runOf = <T>(size: number, measured: T): Run<T> => ({ ...conditions, size, measured });

const cycleOf = (peers: number, millis: number): Measured => {
  const cost = { median: millis, least: millis, bytes: 0 };
  const costs = { floor: cost, read: cost, json: cost, track: cost, encode: cost, gzip: cost };
  const cycle = { cycle: millis, cycleWithGzip: millis, longestBlock: 0, longestBlockAtFirst: 0, rss: 0 };
  return { peers, costs, points: 0, requests: 0, peersMade: 0, viewsMade: 0, ...cycle };
};

const pageOf = (label: string, isOurs: boolean, cpu: number): RivalCost => {
  return { peers: 1000, label, isOurs, cpu, bytes: 0, series: 0, rss: 0 };
};

describe('docs/benchmarks.md', () => {
  it('has what docs/benchmarks.json says', async () => {
    assert.equal(readFileSync(BENCHMARKS_PAGE, 'utf8'), await generateBenchmarks(), 'out of date: npm run generate');
  });
});

describe('a table of figures', () => {
  it('says of each bound whether it is met, and leaves out what was not measured', () => {
    assert.deepEqual(toText(table).split('\n'), [
      'peers     1 000            50 000               130 000',
      'time, ms    1.0  50 (of 100: met)  130 (of 100: missed)',
      'half                           25                    65',
    ]);
    assert.equal(toMarkdown(table).split('\n')[2], '| time, ms | 1.0 | 50 (of 100: met) | 130 (of 100: missed) |');
  });

  it('comes with a verdict', () => {
    assert.equal(verdict([table]), '1 of 2 bounds are met. Missed:\n\n- time, ms (130 000): 30 % too much');
    assert.equal(verdict([{ ...table, rows: [] }]), undefined);
  });
});

describe('growth', () => {
  it('is by peer, with and without what is the same for any number', () => {
    // 10 ms however many there are, and 10 µs a peer among few, 12 µs among many.
    const results = [cycleOf(10, 10.1), cycleOf(1000, 20), cycleOf(100_000, 1210)];
    const { columns, rows } = growthTable(results);
    assert.deepEqual(columns, ['10 peers', '1 000 peers', '100 000 peers', '100 000 : 1 000', 'above the fixed part']);
    const cycle = rows.find(({ label }) => label === 'cycle, no gzip')!;
    assert.deepEqual(
      cycle.cells.map((each) => each?.text),
      ['1010', '20', '12', '0.60 (of 1.30: met)', '1.20 (of 1.30: met)'],
    );
  });

  it('has no fixed part in a stage', () => {
    const { rows } = growthTable([cycleOf(10, 1), cycleOf(1000, 20), cycleOf(100_000, 2600)]);
    assert.deepEqual(
      rows[0]!.cells.slice(-2).map((each) => each?.text),
      ['1.30 (of 1.30: met)', undefined],
    );
  });

  it('has no ratio of what was not measured', () => {
    assert.deepEqual(growthTable([cycleOf(10, 1)]).columns, ['10 peers']);
  });
});

describe('pages beside other exporters', () => {
  it('are held to the cheapest of the others, and so is a cycle over OTLP', () => {
    const costs = [pageOf('ours', true, 12), pageOf('one', false, 10), pageOf('other', false, 50)];
    const runs = [runOf(1000, costs)];
    const tables = rivals.tables(runs, { cycles: [runOf(1000, cycleOf(1000, 19))] });
    assert.equal(tables.length, 3);
    assert.equal(verdict(tables), '1 of 2 bounds are met. Missed:\n\n- ours (1 000 peers): 20 % too much');
    assert.deepEqual(rivals.tables(runs, {}).length, 2);
  });
});

describe('results', () => {
  it('keep the last run of each size, and say where and when they were measured', () => {
    const before = { part: [runOf(10, 1), runOf(1000, 1)] };
    const after = withRun(before, 'part', { ...runOf(10, 2), date: '2026-11-09' });
    assert.deepEqual(
      after['part']!.map(({ size, measured }) => [size, measured]),
      [
        [10, 2],
        [1000, 1],
      ],
    );
    assert.equal(
      conditionsOf(after['part']!),
      'Node 20.0.0 on 2 × some. 2026-11-01 to 2026-11-09, load average 0.4 to 1.3.',
    );
  });
});
