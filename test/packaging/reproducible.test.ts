import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { packPackages } from '../tools/pack-packages.js';

/** How two builds differ that ought to give the same. */
interface Circumstances {
  /** Below the folder for temporary files. */
  readonly path: string;
  readonly umask: number;
  /** When every source was changed last. */
  readonly modified: Date;
}

const CIRCUMSTANCES: readonly Circumstances[] = [
  { path: 'a', umask: 0o022, modified: new Date('2001-02-03T04:05:06Z') },
  { path: 'somewhere/else and deeper', umask: 0o077, modified: new Date('2026-07-08T09:10:11Z') },
];

/** A clean clone without what was built, with the dependencies that are installed here. */
async function clone(folder: string, modified: Date): Promise<void> {
  const { stdout } = await execa('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: repositoryPath('.'),
  });
  for (const file of stdout.split('\0').filter((each) => each !== '' && existsSync(repositoryPath(each)))) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    // As git does: whether it can be executed is part of a file, the rest is up to the umask.
    const { mode } = await stat(repositoryPath(file));
    const bytes = await readFile(repositoryPath(file));
    await writeFile(join(folder, file), bytes, { mode: (mode & 0o100) === 0 ? 0o666 : 0o777 });
    await utimes(join(folder, file), modified, modified);
  }
  for (const within of ['.', ...(await readdir(repositoryPath('packages'))).map((name) => `packages/${name}`)]) {
    const modules = repositoryPath(`${within}/node_modules`);
    if (!existsSync(modules)) continue;
    await mkdir(join(folder, within, 'node_modules'));
    for (const name of await readdir(modules)) {
      if (name !== '@wgotel') await symlink(join(modules, name), join(folder, within, 'node_modules', name));
    }
  }
  await mkdir(join(folder, 'node_modules/@wgotel'));
  for (const name of await readdir(join(folder, 'packages'))) {
    await symlink(`../../packages/${name}`, join(folder, 'node_modules/@wgotel', name));
  }
}

describe('two clones, at different paths and times, by different users', function () {
  this.timeout(240_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-pack-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('are packed to the same bytes', async () => {
    const hashes: string[][] = [];
    for (const { path, umask, modified } of CIRCUMSTANCES) {
      const own = process.umask(umask);
      try {
        await clone(join(folder, path), modified);
        const packed = await packPackages(join(folder, path), join(folder, path, 'release'));
        hashes.push(packed.map(({ filename, integrity }) => `${filename} ${integrity}`));
      } finally {
        process.umask(own);
      }
    }
    assert.equal(hashes[0]!.length, 3);
    assert.deepEqual(hashes[1], hashes[0]);
  });
});
