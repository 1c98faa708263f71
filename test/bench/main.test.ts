import assert from 'node:assert/strict';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { PARTS } from './parts.js';

function bench(...args: readonly string[]): Promise<{ readonly exitCode?: number; stdout: string; stderr: string }> {
  return execa(process.execPath, [repositoryPath('build/test/bench/main.js'), ...args], { reject: false });
}

describe('npm run bench', () => {
  it('says which parts there are', async () => {
    const { exitCode, stdout } = await bench('--help');
    assert.equal(exitCode, 0);
    for (const { name } of PARTS) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  });

  it('refuses what is no part and no size', async () => {
    for (const wrong of ['cycle', '0', '--rivals']) {
      const { exitCode, stdout, stderr } = await bench(wrong);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.ok(stderr.includes(wrong) && stderr.includes('Usage:'), stderr);
    }
  });
});
