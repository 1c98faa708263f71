import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { repositoryPath } from './repository.js';

/**
 * Compares a text with the file test/golden/NAME. With UPDATE_GOLDEN=1 a file that differs is written anew and the test
 * fails, so that no run passes with what nobody has looked at; where CI is set, nothing is written.
 */
export function assertGolden(name: string, actual: string): void {
  const path = repositoryPath(`test/golden/${name}`);
  const expected = read(path);
  if (process.env['UPDATE_GOLDEN'] !== '1' || actual === expected) {
    assert.equal(actual, expected, `test/golden/${name} differs; look at it, then: npm run golden:update`);
    return;
  }
  if (process.env['CI']) assert.fail(`test/golden/${name} is not written where CI is set`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, actual);
  assert.fail(`test/golden/${name} was written; look at the difference and run again without UPDATE_GOLDEN`);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
