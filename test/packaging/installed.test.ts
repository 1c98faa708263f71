import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { publint } from 'publint';
import { installedWith, readDependency } from '../support/dependencies.js';
import { assertGolden } from '../support/golden.js';
import { repositoryPath } from '../support/repository.js';
import { PACKAGES } from '../tools/dependencies.js';
import { publicNames } from './public-names.js';
import { openScratch, readManifest, tarballOf, type Manifest, type Scratch } from './scratch.js';

const NAMES = ['@wgotel/agent', '@wgotel/core', '@wgotel/simulator'];

/** Runs a line of JavaScript in a project and returns what it prints as JSON; whatever else is printed is an error. */
async function evaluate(project: string, type: 'module' | 'commonjs', program: string): Promise<unknown> {
  const args = [`--input-type=${type}`, '--eval', `console.log(JSON.stringify(${program}))`];
  const { stdout, stderr } = await execa(process.execPath, args, { cwd: project });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

describe('a clone', () => {
  // npm links commands when it installs, before anything is built: where a command points must be there by then.
  for (const [command, answer] of [
    ['wgotel', /^\d+\.\d+\.\d+$/],
    ['wgotel-simulator', /^Usage: wgotel-simulator/],
  ] as const) {
    it(`runs ${command}`, async () => {
      const args = ['--no-install', command, command === 'wgotel' ? '--version' : '--help'];
      const { stdout } = await execa('npx', args, { cwd: repositoryPath('.') });
      assert.match(stdout, answer);
    });
  }
});

describe('the packages as installed', () => {
  let scratch: Scratch;
  let project: string;
  before(async () => {
    scratch = await openScratch();
    const tarballs = scratch.packages.map(({ tarball }) => tarball);
    project = await scratch.install('all', tarballs);
  });
  after(() => scratch.remove());

  it('are all there', () => {
    assert.deepEqual(scratch.packages.map(({ name }) => name).toSorted(), NAMES);
  });

  it('share one copy of the API', async () => {
    const files = await readdir(join(project, 'node_modules'), { recursive: true });
    const copies = files.filter((file) => /(^|node_modules\/)@opentelemetry\/api\/package\.json$/.test(file));
    assert.deepEqual(copies, ['@opentelemetry/api/package.json']);
  });

  it('bring along what our bills of materials say, by npm’s own', async () => {
    const { stdout } = await execa('npm', ['sbom', '--sbom-format', 'cyclonedx'], { cwd: project });
    const { components } = JSON.parse(stdout) as { components: { 'bom-ref': string }[] };
    const installed = new Set(components.map((component) => component['bom-ref'].replace(/@[^@]*$/, '')));
    const listed = PACKAGES.map((folder) => readDependency(folder)).flatMap((root) => [root, ...installedWith(root)]);
    for (const { name, isOptional } of listed)
      if (!isOptional) assert.ok(installed.has(name), `${name} is not installed`);
    for (const name of installed)
      assert.ok(
        listed.some((each) => each.name === name),
        `${name} is not listed`,
      );
  });

  for (const name of NAMES) {
    describe(name, () => {
      let folder: string;
      let manifest: Manifest;
      let files: readonly string[];
      before(async () => {
        folder = join(project, 'node_modules', name);
        manifest = await readManifest(folder);
        files = await readdir(folder, { recursive: true });
      });

      it('has its licence and its readme, its sources, and nothing that is of no use to anybody', async () => {
        for (const file of ['LICENSE', 'README.md', 'src/index.ts']) assert.ok(files.includes(file), file);
        assert.deepEqual(
          files.filter((file) => /(^|\/)test(\/|$)|\.test\.|tsbuildinfo|tsconfig|node_modules/.test(file)),
          [],
        );
        const licence = await readFile(join(folder, 'LICENSE'), 'utf8');
        assert.equal(licence, await readFile(repositoryPath('LICENSE'), 'utf8'));
      });

      it('has what its source maps refer to', async () => {
        const maps = files.filter((file) => file.endsWith('.map'));
        assert.ok(maps.length > 0);
        for (const map of maps) {
          const { sources } = JSON.parse(await readFile(join(folder, map), 'utf8')) as { sources: string[] };
          for (const source of sources) {
            const path = join(folder, dirname(map), source);
            assert.ok(existsSync(path), `${map}: no ${source}; if it was removed, delete dist and build again`);
          }
        }
      });

      it('can be imported and required at every entry, with the names on record', async () => {
        let onRecord = '';
        for (const [entry, target] of Object.entries(manifest.exports)) {
          const specifier = join(name, entry);
          if (typeof target === 'string') {
            assert.deepEqual(await evaluate(project, 'commonjs', `require('${specifier}')`), manifest);
            continue;
          }
          const { values, types } = publicNames(await readFile(join(folder, target.types), 'utf8'));
          assert.deepEqual(await evaluate(project, 'module', `Object.keys(await import('${specifier}'))`), values);
          assert.deepEqual(await evaluate(project, 'commonjs', `Object.keys(require('${specifier}'))`), values);
          onRecord += [`# ${specifier}`, ...values, ...types.map((type) => `type ${type}`), '', ''].join('\n');
        }
        assertGolden(`exports-${name.slice('@wgotel/'.length)}.txt`, onRecord);
      });

      it('is in order to publint', async () => {
        const { messages } = await publint({ pkgDir: folder, pack: false, strict: true });
        assert.deepEqual(messages, []);
      });

      it('is in order to attw', async () => {
        // That a require gives an ES module is meant so, and Node has done it since 20.19.
        const attw = repositoryPath('node_modules/@arethetypeswrong/cli/dist/index.js');
        const flags = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--format', 'ascii'];
        await execa(process.execPath, [attw, tarballOf(scratch, name), ...flags]);
      });

      it('has commands that say how they are used', async () => {
        for (const command of Object.keys(manifest.bin ?? {})) {
          const { stdout } = await execa(join(project, 'node_modules/.bin', command), ['--help']);
          assert.match(stdout, new RegExp(`^Usage: ${command} `));
        }
      });
    });
  }

  it('have a wgotel that says its version', async () => {
    const { version } = await readManifest(join(project, 'node_modules/@wgotel/agent'));
    const { stdout } = await execa(join(project, 'node_modules/.bin/wgotel'), ['--version']);
    assert.equal(stdout, version);
  });
});

describe('@wgotel/core without the SDK', () => {
  let scratch: Scratch;
  before(async () => {
    scratch = await openScratch();
  });
  after(() => scratch.remove());

  it('can be installed and loaded at every entry: the SDK is optional, and types alone', async () => {
    const project = await scratch.install('core', [tarballOf(scratch, '@wgotel/core')]);
    assert.deepEqual(await readdir(join(project, 'node_modules/@opentelemetry')), ['api']);
    for (const entry of ['@wgotel/core', '@wgotel/core/producer', '@wgotel/core/tracing']) {
      assert.notDeepEqual(await evaluate(project, 'module', `Object.keys(await import('${entry}'))`), []);
    }
  });
});

describe('@wgotel/core and its optional dependency koffi', () => {
  let scratch: Scratch;
  before(async () => {
    scratch = await openScratch();
  });
  after(() => scratch.remove());

  const reading = `const { SOURCES } = await import('@wgotel/core');
    const signal = AbortSignal.timeout(10_000);
    const { failures, notes } = await SOURCES[process.argv[1]]({ directory: '/nowhere' }).read({ signal });
    console.log([...failures, ...notes].map(({ source, message }) => \`\${source}: \${message}\`).join('\\n'));`;
  const read = async (project: string, source: string): Promise<string> =>
    (await execa(process.execPath, ['--input-type=module', '--eval', reading, source], { cwd: project })).stdout;

  it('reads over netlink where it is installed', async () => {
    const project = await scratch.install('with', [tarballOf(scratch, '@wgotel/core')]);
    assert.match(await read(project, 'netlink'), /^netlink: (the kernel has no WireGuard device|.*: no permission)/);
  });

  it('does without it, and says so', async () => {
    const project = await scratch.install('without', [tarballOf(scratch, '@wgotel/core')], ['--omit=optional']);
    assert.ok(!existsSync(join(project, 'node_modules/koffi')));
    const why = 'netlink: the optional package koffi is not installed: npm install koffi';
    assert.equal(await read(project, 'netlink'), why);
    assert.match(await read(project, 'auto'), new RegExp(`^${why}; wg is run in its place$`, 'm'));
  });
});
