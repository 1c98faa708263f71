/** Runs the test suites; `--help` says how. */
import { parseArgs } from 'node:util';
import { runSuite, type Counts } from './suite-process.js';
import { suites, type Suite } from './suites.js';

const USAGE = `Usage: npm test -- [--no-skip] [SUITE...]

Runs the test suites: all of them, or those named: ${namesOf(suites)}.
Only by name: ${namesOf(suites.filter(({ onlyByName }) => onlyByName))}.
With --no-skip, or with CI set, what is skipped counts as failed, and \`it.only\` is an error.`;

interface Result extends Counts {
  readonly suite: Suite;
  /** Why the suite was not run; absent: it was. */
  readonly missing?: string;
}

await main();

async function main(): Promise<void> {
  const { help, strict, chosen } = readArguments();
  if (help) {
    console.log(USAGE);
    return;
  }
  // Those that wait most begin first.
  const alongside = chosen.filter((suite) => suite.alongside).map((suite) => run(suite, strict));
  const results: Result[] = [];
  for (const suite of chosen) if (!suite.alongside) results.push(await run(suite, strict));
  results.push(...(await Promise.all(alongside)));
  printTable(results);
  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed + (strict ? result.skipped : 0)));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function run(suite: Suite, strict: boolean): Promise<Result> {
  const missing = suite.needs?.obstacles().join('; ') || undefined;
  if (missing !== undefined) console.log(`${suite.name} skipped: ${missing}`);
  else if (suite.alongside) console.log(`${suite.name} runs alongside the others`);
  else console.log(suite.name);
  const counts = missing === undefined ? await runSuite(suite, strict) : { passed: 0, failed: 0, skipped: 1, missing };
  return { suite, ...counts };
}

function readArguments(): { help: boolean; strict: boolean; chosen: readonly Suite[] } {
  try {
    const options = { 'no-skip': { type: 'boolean' }, help: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name));
    if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}`);
    const chosen = suites.filter(({ name, onlyByName }) =>
      positionals.length === 0 ? !onlyByName : positionals.includes(name),
    );
    const strict = values['no-skip'] === true || Boolean(process.env['CI']);
    return { help: values.help === true, strict, chosen };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function namesOf(some: readonly Suite[]): string {
  return some.map(({ name }) => name).join(', ');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function printTable(results: readonly Result[]): void {
  const line = (suite: string, ...numbers: (string | number)[]): string =>
    suite.padEnd(12) + numbers.map((number) => String(number).padStart(8)).join('');
  console.log(line('suite', 'passed', 'failed', 'skipped'));
  for (const { suite, passed, failed, skipped, missing } of results) {
    if (missing === undefined) console.log(line(suite.name, passed, failed, skipped));
    else console.log(`${line(suite.name, '-', '-', 'all')}  ${missing}; to run it: ${suite.needs?.enable}`);
  }
  console.log('');
}
