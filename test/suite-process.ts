import { fork } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryPath } from './support/repository.js';
import type { Suite } from './suites.js';

/** How many tests of a suite ended how. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** How long a suite's process may take to end by itself after its last test. */
const endMs = 10_000;

/**
 * Runs a suite with mocha in a process of its own, whose output is shown as it comes, or at the end if the suite runs
 * alongside others. Besides tests, these count as
 * one failure each: no tests, a file that doesn't load, a process that crashes or that an open handle keeps alive.
 */
export async function runSuite(suite: Suite, forbidOnly: boolean): Promise<Counts> {
  const files = (await Promise.all(suite.folders.map(compiledTests))).flat();
  if (files.length === 0) return failed(`no tests found in ${suite.folders.map((name) => `test/${name}`).join(', ')}`);
  return new Promise((resolve) => {
    let counts: Counts | undefined;
    let timer: NodeJS.Timeout | undefined;
    const args = [String(suite.timeoutMs), String(forbidOnly), ...files];
    const silent = suite.alongside === true;
    const child = fork(repositoryPath('build/test/run-suite.js'), args, { execArgv: ['--enable-source-maps'], silent });
    let held = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (held += text));
    child.on('message', (message) => {
      counts = message as Counts;
      timer = setTimeout(() => child.kill('SIGKILL'), endMs);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (silent) console.log(`${suite.name}\n${held}`);
      if (counts === undefined) resolve(failed(`mocha ended before its tests had (${signal ?? `exit code ${code}`})`));
      else if (signal !== null) resolve(failed('the process did not end: a test left something open', counts));
      else resolve(counts);
    });
  });
}

/** Lists the compiled tests of a folder by their sources, since what is left of removed ones is still compiled. */
async function compiledTests(folder: string): Promise<string[]> {
  const sources = await readdir(repositoryPath(`test/${folder}`), { recursive: true }).catch(() => []);
  const tests = sources.filter((file) => file.endsWith('.test.ts')).toSorted();
  return tests.map((file) => join(repositoryPath(`build/test/${folder}`), file.replace(/\.ts$/, '.js')));
}

function failed(reason: string, counts: Counts = { passed: 0, failed: 0, skipped: 0 }): Counts {
  console.log(`\n  failed: ${reason}\n`);
  return { ...counts, failed: counts.failed + 1 };
}
