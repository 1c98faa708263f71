import type { Measured } from './measure.js';
import type { Part } from './part.js';
import type { Results, Run } from './results.js';
import { measureRivals, rivalObstacles, type RivalCost } from './rivals.js';
import { cell, grouped, short, tabulate, type Figure, type Row, type Table } from './table.js';

/** As much as a cycle over OTLP may cost, in pages of the best other exporter. */
const MOST_PAGES = 2;

export const rivals: Part<readonly RivalCost[]> = {
  name: 'rivals',
  what: 'what a page for Prometheus costs, from a device to text, beside other exporters',
  of: 'peers',
  sizes: [100, 1000, 10_000],
  obstacles: rivalObstacles,
  measure: measureRivals,
  tables: (runs, results) => [costTable(runs), sizeTable(runs), ...cycleTables(runs, results)],
};

/** CPU of a page. Ours is to be below the best of the others, unless it is compressed besides. */
function costTable(runs: readonly Run<readonly RivalCost[]>[]): Table {
  const limitOf = ({ isOurs, gzip }: RivalCost, all: readonly RivalCost[]): number | undefined =>
    isOurs && gzip !== true ? bestOther(all)?.cpu : undefined;
  return table('CPU of a page, ms', runs, (cost, all) => cell(cost.cpu, short, limitOf(cost, all)));
}

function sizeTable(runs: readonly Run<readonly RivalCost[]>[]): Table {
  return table('series, kB as sent, largest resident set in MB', runs, ({ series, bytes, rss }) => ({
    text: `${grouped(series)}, ${short(bytes / 1e3)}, ${short(rss / 1e6)}`,
  }));
}

function table(
  corner: string,
  runs: readonly Run<readonly RivalCost[]>[],
  cellOf: (cost: RivalCost, all: readonly RivalCost[]) => Row['cells'][number],
): Table {
  const labels = new Set(runs.flatMap(({ measured }) => measured.map(({ label }) => label)));
  const rows = Array.from(labels, (label): Row => {
    const cells = runs.map(({ measured }) => {
      const cost = measured.find((each) => each.label === label);
      return cost && cellOf(cost, measured);
    });
    return { label, cells };
  });
  return { corner, columns: runs.map(({ size }) => `${grouped(size)} peers`), rows };
}

/** A cycle of the agent over OTLP beside pages of others, where both were measured. */
function cycleTables(runs: readonly Run<readonly RivalCost[]>[], results: Results): Table[] {
  const cycles = (results['cycles'] ?? []) as readonly Run<Measured>[];
  const columns = runs.flatMap(({ size, measured }) => {
    const cycle = cycles.find((run) => run.size === size)?.measured.cycle;
    const best = bestOther(measured);
    return cycle === undefined || best === undefined ? [] : [[`${grouped(size)} peers`, { cycle, best }] as const];
  });
  const figures: readonly Figure<(typeof columns)[number][1]>[] = [
    { label: 'cycle over OTLP, no gzip, ms', value: ({ cycle }) => cycle },
    { label: 'cheapest page of another, ms', value: ({ best }) => best.cpu },
    { label: 'times as much', value: ({ cycle, best }) => cycle / best.cpu, limit: () => MOST_PAGES },
  ];
  return columns.length === 0 ? [] : [tabulate('OTLP and pages', columns, figures)];
}

function bestOther(costs: readonly RivalCost[]): RivalCost | undefined {
  return costs.filter(({ isOurs }) => !isOurs).toSorted((a, b) => a.cpu - b.cpu)[0];
}
