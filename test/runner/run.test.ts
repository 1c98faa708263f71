import assert from 'node:assert/strict';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';

describe('npm test', () => {
  for (const [args, code, out, err] of [
    [['--help'], 0, /^Usage: npm test -- .*SUITE[^]*Only by name: rivals, extended\./, /^$/],
    [['--unknown'], 2, /^$/, /^Unknown option '--unknown'.*\n\nUsage: npm test/],
    [['unit', 'nonsense'], 2, /^$/, /^no suite nonsense\n\nUsage: npm test/],
  ] as const) {
    it(`-- ${args.join(' ')} ends with code ${code}`, async () => {
      const result = await execa(process.execPath, [repositoryPath('build/test/run.js'), ...args], { reject: false });
      assert.equal(result.exitCode, code);
      assert.match(result.stdout, out);
      assert.match(result.stderr, err);
    });
  }
});
