import { readFileSync, writeFileSync } from 'node:fs';
import type { Part } from '../bench/part.js';
import { PARTS } from '../bench/parts.js';
import { conditionsOf, readResults, type Results } from '../bench/results.js';
import { toMarkdown, verdict } from '../bench/table.js';
import { repositoryPath } from '../support/repository.js';
import { formatPage, withGenerated } from './generated.js';

/** What was measured, for people. */
export const BENCHMARKS_PAGE = repositoryPath('docs/benchmarks.md');

/** Puts the figures of docs/benchmarks.json into docs/benchmarks.md. */
export async function generateBenchmarks(results: Results = readResults()): Promise<string> {
  let page = readFileSync(BENCHMARKS_PAGE, 'utf8');
  for (const part of PARTS) page = withGenerated(page, `npm run generate, ${part.name}`, section(part, results));
  return formatPage(BENCHMARKS_PAGE, page);
}

export async function writeBenchmarks(): Promise<void> {
  writeFileSync(BENCHMARKS_PAGE, await generateBenchmarks());
}

function section(part: Part, results: Results): string {
  const runs = results[part.name] ?? [];
  if (runs.length === 0) return 'Not measured yet.';
  const legend = part.legend?.flatMap(({ label, what }) => (what === undefined ? [] : [`| ${label} | ${what} |`]));
  const tables = part.tables(runs, results);
  return [
    ...(legend ? [['| row | what |', '| --- | --- |', ...legend].join('\n')] : []),
    conditionsOf(runs),
    ...tables.map(toMarkdown),
    ...[verdict(tables) ?? []].flat(),
  ].join('\n\n');
}
