import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { installedWith, readDependency } from '../support/dependencies.js';
import { repositoryPath } from '../support/repository.js';
import { DEPENDENCIES_PAGE, generateDependencies, PACKAGES } from '../tools/dependencies.js';
import { isAllowed } from './licence.js';

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(repositoryPath(`${folder}/package.json`), 'utf8')) as Manifest;

/** Packages that the sources of a folder import, statically or not. */
function importedBy(folder: string): Set<string> {
  const source = repositoryPath(`${folder}/src`);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const specifiers = files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    return Array.from(text.matchAll(/^(?!\s*\*).*\bfrom '([^'.][^']*)';$|\bimport\('([^'.][^']*)'\)/gm), (match) =>
      (match[1] ?? match[2]!).replace(/^((?:@[^/]+\/)?[^/]+).*$/, '$1'),
    );
  });
  return new Set(specifiers.filter((specifier) => !isBuiltin(specifier)));
}

describe('docs/dependencies.md', () => {
  it('lists what is installed, with a reason for each direct dependency', async () => {
    assert.equal(
      readFileSync(DEPENDENCIES_PAGE, 'utf8'),
      await generateDependencies(),
      'out of date: npm run generate',
    );
  });
});

describe('a licence', () => {
  for (const [licence, allowed] of [
    ['MIT', true],
    ['(MIT OR CC0-1.0)', true],
    ['GPL-3.0-only', false],
    ['MIT AND CC-BY-4.0', false],
    ['SEE LICENSE IN LICENSE', false],
    [undefined, false],
  ] as const) {
    it(`${licence} is ${allowed ? 'allowed' : 'refused'}`, () => assert.equal(isAllowed(licence), allowed));
  }
});

for (const folder of PACKAGES) {
  describe(folder, () => {
    it('brings along nothing whose licence is not allowed', () => {
      const root = readDependency(folder);
      const refused = [root, ...installedWith(root)].filter(({ licence }) => !isAllowed(licence));
      assert.deepEqual(
        refused.map(({ name, licence }) => `${name}: ${licence}`),
        [],
      );
    });

    it('depends on what it imports, and on nothing else', () => {
      const { dependencies, optionalDependencies, peerDependencies } = manifestOf(folder);
      const declared = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
      assert.deepEqual([...importedBy(folder)].toSorted(), declared.toSorted());
    });

    it('runs nothing when it is installed', () => {
      assert.deepEqual(Object.keys(manifestOf(folder).scripts ?? {}), []);
    });
  });
}

it('a clone runs nothing when its dependencies are installed', () => {
  const { scripts } = manifestOf('.');
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'dependencies']) {
    assert.equal(scripts?.[name], undefined, name);
  }
});
