import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigError, readConfiguration } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { assertGolden } from '../../support/golden.js';
import { repositoryPath } from '../../support/repository.js';

const FOLDER = repositoryPath('test/agent/config/wrong');
const FILES = readdirSync(FOLDER).toSorted();

/** What must be in no message: values of variables, headers, passwords and keys. */
const SECRETS = ['swordfish', 'hunter2', 's3cr3t', 'hidden-value', '8BqJf6FAGP6nF2Jp', 'BEGIN CERTIFICATE'];

function problemsOf(name: string): readonly string[] {
  const file = { name, text: readFileSync(join(FOLDER, name), 'utf8') };
  const readFile = (): Buffer => {
    throw Object.assign(new Error('none'), { code: 'ENOENT' });
  };
  try {
    readConfiguration({ flags: {}, env: { SECRET: 'swordfish' }, file, readFile });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a wrong configuration', () => {
  it('is one of at least 25', () => assert.ok(FILES.length >= 25));

  for (const name of FILES) {
    it(`is told what is wrong, and where: ${basename(name, '.yaml')}`, () => {
      const problems = problemsOf(name);
      assert.ok(problems.length > 0);
      for (const problem of problems) assert.match(problem, new RegExp(`^${name}:\\d+:\\d+( |: )`));
      const text = `${problems.join('\n')}\n`;
      for (const secret of SECRETS) assert.ok(!text.includes(secret), `a message holds ${secret}`);
      assertGolden(`config/${basename(name, '.yaml')}.txt`, text);
    });
  }
});
