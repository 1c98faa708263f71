import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigError, readConfiguration } from '@wgotel/agent';
import { execa } from 'execa';
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

describe('the command with a wrong configuration', () => {
  it('ends with code 2, says the same, and shows no stack and no secret', async function () {
    this.timeout(240_000);
    // A few at a time: each takes a processor for half a second.
    const waiting = [...FILES];
    const work = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) await assertRefused(name);
    };
    await Promise.all([work(), work()]);
  });
});

async function assertRefused(name: string): Promise<void> {
  const env = { SECRET: 'swordfish' };
  const args = [repositoryPath('packages/agent/dist/cli.js'), 'run', '--config', name];
  const { exitCode, stdout, stderr } = await execa(process.execPath, args, { cwd: FOLDER, env, reject: false });
  assert.deepEqual([exitCode, stdout], [2, ''], `${name}: ${stderr}`);
  for (const problem of problemsOf(name)) assert.ok(stderr.includes(problem), `${name}: ${problem}\n${stderr}`);
  assert.doesNotMatch(stderr, /^\s+at /m, name);
  for (const secret of SECRETS) assert.ok(!stderr.includes(secret), `${name} shows ${secret}`);
}
