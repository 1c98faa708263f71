/**
 * Runs the test suites: all of them, or those named.
 *   npm test -- [--no-skip] [SUITE...]
 * With --no-skip, or with CI set, what is skipped counts as failed, and `it.only` is an error.
 */
import { parseArgs } from 'node:util';
import { runSuite, type Counts } from './suite-process.js';
import { suites, type Suite } from './suites.js';

interface Result extends Counts {
  readonly suite: Suite;
  /** Why the suite was not run; absent: it was. */
  readonly missing?: string;
}

await main();

async function main(): Promise<void> {
  const { strict, chosen } = readArguments();
  const results: Result[] = [];
  for (const suite of chosen) {
    const missing = suite.needs?.missing();
    console.log(`${suite.name}${missing === undefined ? '' : ` skipped: ${missing}`}`);
    const counts =
      missing === undefined ? await runSuite(suite, strict) : { passed: 0, failed: 0, skipped: 1, missing };
    results.push({ suite, ...counts });
  }
  printTable(results);
  const passed = sum(results.map((result) => result.passed));
  const failed = sum(results.map((result) => result.failed + (strict ? result.skipped : 0)));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function readArguments(): { strict: boolean; chosen: readonly Suite[] } {
  const { values, positionals } = parseArgs({ options: { 'no-skip': { type: 'boolean' } }, allowPositionals: true });
  const unknown = positionals.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    console.error(`no suite ${unknown.join(', ')}: choose from ${suites.map((suite) => suite.name).join(', ')}`);
    process.exit(2);
  }
  const chosen = positionals.length === 0 ? suites : suites.filter((suite) => positionals.includes(suite.name));
  const strict = values['no-skip'] === true || Boolean(process.env['CI']);
  return { strict, chosen };
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
