/** Measures what things cost; `--help` says how. Prints tables and keeps the figures in build/benchmarks.json. */
import { parseArgs } from 'node:util';
import { writeBenchmarks } from '../tools/benchmarks.js';
import { repositoryPath } from '../support/repository.js';
import type { Part } from './part.js';
import { PARTS } from './parts.js';
import {
  conditionsOf,
  readResults,
  underConditions,
  withRun,
  writeResults,
  type Results,
  type Run,
} from './results.js';
import { toText, verdict } from './table.js';

const USAGE = `Usage: npm run bench -- [--save] [PART...] [SIZE...]

Measures these parts, else all, at these sizes, else at those in brackets:
${PARTS.map(({ name, what, sizes, of }) => `  ${name.padEnd(8)}  ${what} (${sizes.join(', ')} ${of})`).join('\n')}

Figures are kept in build/benchmarks.json. With --save they take the place of those of the same part and size in
docs/benchmarks.json, and docs/benchmarks.md is made anew of it.`;

interface Arguments {
  readonly help: boolean;
  readonly save: boolean;
  readonly parts: readonly Part[];
  readonly sizes: readonly number[];
}

await main();

async function main(): Promise<void> {
  const { help, save, parts, sizes } = readArguments();
  if (help) {
    console.log(USAGE);
    return;
  }
  let own: Results = {};
  for (const part of parts) {
    const obstacle = part.obstacles?.();
    if (obstacle !== undefined) {
      console.log(`\n${part.name} is not measured: ${obstacle}`);
      continue;
    }
    for (const size of sizes.length > 0 ? sizes : part.sizes) {
      const what = `${part.name}, ${size} ${part.of}`;
      try {
        const run = await underConditions(size, () => part.measure(size, progress(what)));
        own = withRun(own, part.name, run);
        // At once: a long measurement may not come to its end.
        await keep(own, part, run, save);
      } catch (error) {
        console.error(`${what}: ${(error as Error).message}`);
        process.exitCode = 1;
      }
    }
    print(part, own);
  }
}

async function keep(own: Results, part: Part, run: Run, save: boolean): Promise<void> {
  await writeResults(own, repositoryPath('build/benchmarks.json'));
  if (!save) return;
  // Read anew: other parts may be measured at the same time.
  await writeResults(withRun(readResults(), part.name, run));
  await writeBenchmarks();
}

function readArguments(): Arguments {
  try {
    const options = { help: { type: 'boolean', default: false }, save: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const sizes = positionals.filter((text) => /^[1-9]\d*$/.test(text));
    const names = positionals.filter((text) => !sizes.includes(text));
    const wrong = names.find((text) => !PARTS.some(({ name }) => name === text));
    if (wrong !== undefined) throw new Error(`${wrong} is neither a part nor a size`);
    const parts = PARTS.filter(({ name }) => names.length === 0 || names.includes(name));
    return { ...values, parts, sizes: sizes.map(Number) };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Says on standard error what is being done, and since when. */
function progress(what: string): (step: string) => void {
  const begun = performance.now();
  return (step) => console.error(`${what}, ${((performance.now() - begun) / 1000).toFixed(0)} s: ${step}`);
}

/** Prints what was measured now, beside figures of other parts that were measured before. */
function print(part: Part, own: Results): void {
  const runs = own[part.name] ?? [];
  if (runs.length === 0) return;
  const tables = part.tables(runs, { ...readResults(), ...own });
  const verdicts = [verdict(tables) ?? []].flat();
  console.log(['', part.what, conditionsOf(runs), ...tables.map(toText), ...verdicts].join('\n\n'));
}
