import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { repositoryPath } from '../support/repository.js';

/** What these tests look at in a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of this repository, packed as for the registry. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: string;
}

/** A folder outside of the repository, where packed packages are installed as users install them. */
export interface Scratch {
  readonly packages: readonly PackedPackage[];
  /** Installs packages, given as npm takes them, in a folder of its own and returns its path.
   *
   *  @param more flags for npm. Default: none */
  install(name: string, specs: readonly string[], more?: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Packs every package of the repository. */
export async function openScratch(): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-packaging-'));
  const folders = (await readdir(repositoryPath('packages'))).map((name) => repositoryPath(`packages/${name}`));
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder, ...folders], { cwd: folder });
  const packed = JSON.parse(stdout) as { name: string; filename: string }[];
  return {
    packages: packed.map(({ name, filename }) => ({ name, tarball: join(folder, filename) })),
    async install(name, specs, more = []) {
      const project = join(folder, name);
      await mkdir(project);
      await writeFile(join(project, 'package.json'), '{ "private": true, "version": "0.0.0", "type": "module" }');
      const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false'];
      await execa('npm', ['install', ...flags, ...more, ...specs], { cwd: project });
      return project;
    },
    remove: () => rm(folder, { recursive: true }),
  };
}

/** The tarball of one package. */
export function tarballOf({ packages }: Scratch, name: string): string {
  return packages.find((each) => each.name === name)!.tarball;
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}
