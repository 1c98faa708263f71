import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryPath } from '../../support/repository.js';

/** What the stand-in for `wg` does. */
export interface WgPlan {
  /** Standard output of `show interfaces`. */
  readonly interfaces?: string;
  /** Standard output of `show all dump`. */
  readonly dump?: string;
  /** Standard output of other questions, such as `show all endpoints`. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Standard error. */
  readonly complaints?: string;
  readonly exitCode?: number;
  /** Never ends by itself; `child`: has a child that holds its output open. */
  readonly hang?: 'alone' | 'child';
}

export interface WgCall {
  readonly args: readonly string[];
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
}

/** A stand-in for the program `wg`, run as a real process. */
export interface FakeWg {
  readonly command: readonly string[];
  plan(plan: WgPlan): void;
  /** How it was called since the last time this was asked. */
  calls(): WgCall[];
  /** Whether it has ever written all that it was to write to standard output. */
  hasPrinted(): boolean;
}

/** Makes a stand-in for `wg` that keeps its notes in a folder. */
export function fakeWg(folder: string): FakeWg {
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const plan = (next: WgPlan): void => writeFileSync(join(folder, 'plan.json'), JSON.stringify(next));
  plan({});
  return {
    command: [process.execPath, repositoryPath('build/test/core/source/fake-wg.js'), folder],
    plan,
    hasPrinted: () => existsSync(join(folder, 'printed')),
    calls: () => {
      const lines = readFileSync(calls, 'utf8').trim();
      writeFileSync(calls, '');
      return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as WgCall);
    },
  };
}
