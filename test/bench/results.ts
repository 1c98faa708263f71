import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { format, resolveConfig } from 'prettier';
import { repositoryPath } from '../support/repository.js';

/** What one run of a part has found at one size. */
export interface Run<T = unknown> extends Conditions {
  /** Of peers, mostly. */
  readonly size: number;
  readonly measured: T;
}

/** Where and when something was measured. */
export interface Conditions {
  readonly node: string;
  readonly cpu: string;
  readonly cpus: number;
  /** A day, in UTC. */
  readonly date: string;
  /** The load average over a minute before and after. */
  readonly load: readonly [before: number, after: number];
}

/** Runs by the name of their part, sorted by size. */
export type Results = Readonly<Record<string, readonly Run[]>>;

/** The figures that the docs show. */
export const RESULTS = repositoryPath('docs/benchmarks.json');

/** Reads results. No file: there are none. */
export function readResults(file: string = RESULTS): Results {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

/** Writes results, with as many digits as mean something. */
export async function writeResults(results: Results, file: string = RESULTS): Promise<void> {
  const text = JSON.stringify(results, (_, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value,
  );
  writeFileSync(file, await format(text, { ...(await resolveConfig(RESULTS)), parser: 'json' }));
}

/** Puts a run in the place of the one of the same size. */
export function withRun(results: Results, part: string, run: Run): Results {
  const others = (results[part] ?? []).filter(({ size }) => size !== run.size);
  return { ...results, [part]: [...others, run].toSorted((a, b) => a.size - b.size) };
}

/** Measures, and says under which conditions. */
export async function underConditions<T>(size: number, measure: () => Promise<T>): Promise<Run<T>> {
  const [processor] = cpus();
  const before = loadavg()[0]!;
  const measured = await measure();
  return {
    size,
    node: process.version,
    cpu: processor?.model ?? 'unknown',
    cpus: cpus().length,
    date: new Date().toISOString().slice(0, 10),
    load: [before, loadavg()[0]!],
    measured,
  };
}

/** Says under which conditions runs were made. */
export function conditionsOf(runs: readonly Run[]): string {
  const machines = runs.map(({ node, cpus: count, cpu }) => `Node ${node.slice(1)} on ${count} × ${cpu}`);
  const [dates, loads] = [runs.map(({ date }) => date).toSorted(), runs.flatMap(({ load }) => load)];
  const days = [...new Set([dates[0], dates.at(-1)])].join(' to ');
  const [least, most] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  return `${[...new Set(machines)].join('; ')}. ${days}, load average ${least} to ${most}.`;
}
