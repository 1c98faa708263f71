import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { assertGolden } from '../support/golden.js';
import { repositoryPath } from '../support/repository.js';

const FOLDER = repositoryPath('test/golden/prometheus');
const PAGES = readdirSync(FOLDER).filter((name) => /^[\w-]+\.txt$/.test(name));

describe('promtool check metrics', () => {
  it('is asked about pages', () => assert.ok(PAGES.includes('native.txt')));

  it('finds nothing but what is known', async () => {
    const found = PAGES.map(async (name) => {
      const { stdout, stderr } = await execa('promtool', ['check', 'metrics'], {
        input: readFileSync(`${FOLDER}/${name}`, 'utf8'),
        reject: false,
      });
      const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line !== '');
      return lines.map((line) => `${name}: ${line}\n`).toSorted();
    });
    assertGolden('prometheus/promtool.findings', (await Promise.all(found)).flat().join(''));
  });
});
