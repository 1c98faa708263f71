import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { METADATA } from '../tools/signal-metadata.js';
import { repositoryPath } from '../support/repository.js';

/** The newest of which all modules can be had from the Go module proxy. */
const MDATAGEN = 'go.opentelemetry.io/collector/cmd/mdatagen@v0.159.0';

/** What its output imports, of the release of the Collector that the tests use. */
const MODULES = ['component@v1.67.0', 'confmap@v1.67.0', 'filter@v0.161.0', 'pdata@v1.67.0', 'receiver@v1.67.0'].map(
  (module) => `go.opentelemetry.io/collector/${module}`,
);

const DOCUMENTATION = repositoryPath('packages/core/documentation.md');

describe('metadata.yaml and the Collector’s mdatagen', function () {
  this.timeout(300_000);
  let folder: string;
  const go = (...args: string[]): Promise<unknown> => execa('go', args, { cwd: folder });
  before(async () => {
    // The folder's name becomes that of the package.
    folder = join(await mkdtemp(join(tmpdir(), 'wgotel-mdatagen-')), 'wireguardreceiver');
    await mkdir(folder);
    await copyFile(METADATA, join(folder, 'metadata.yaml'));
    await writeFile(join(folder, 'doc.go'), 'package wireguardreceiver\n');
    await go('mod', 'init', 'example.com/wireguardreceiver');
    await go('get', '-tool', MDATAGEN);
    await go('tool', 'mdatagen', 'metadata.yaml');
  });
  after(() => rm(dirname(folder), { recursive: true, force: true }));

  it('give documentation.md', async () => {
    const current = await readFile(join(folder, 'documentation.md'), 'utf8');
    if (process.env['UPDATE_GOLDEN'] === '1' && !process.env['CI']) await writeFile(DOCUMENTATION, current);
    assert.equal(await readFile(DOCUMENTATION, 'utf8'), current, 'out of date: UPDATE_GOLDEN=1 npm test -- collector');
  });

  it('give Go that compiles', async () => {
    await go('get', ...MODULES);
    await go('build', './internal/metadata');
  });
});
