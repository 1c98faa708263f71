import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COLLECTOR_KEYS } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { repositoryPath } from '../support/repository.js';

const run = promisify(execFile);

/** The modules of the pinned Collector whose configuration is looked at. */
async function modules(): Promise<string[]> {
  const { exporters } = parse(await readFile(repositoryPath('otel-config/builder.yaml'), 'utf8')) as {
    exporters: { gomod: string }[];
  };
  return exporters.map(({ gomod }) => gomod.replace(' ', '@')).filter((gomod) => /\/otlp(http)?exporter@/.test(gomod));
}

describe('the table of the Collector’s keys', () => {
  it('has every key of its exporters, and no others', async function () {
    this.timeout(240_000);
    const folder = await mkdtemp(join(tmpdir(), 'wgotel-keys-'));
    try {
      await copyFile(repositoryPath('test/tools/collector-keys/main.go'), join(folder, 'main.go'));
      await run('go', ['mod', 'init', 'keys'], { cwd: folder });
      await run('go', ['get', ...(await modules())], { cwd: folder });
      const { stdout } = await run('go', ['run', '.'], { cwd: folder });
      const known = Object.entries(COLLECTOR_KEYS).flatMap(([type, keys]) =>
        Object.keys(keys).map((key) => `${type} ${key}`),
      );
      assert.deepEqual(known.toSorted(), stdout.trim().split('\n').toSorted());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
