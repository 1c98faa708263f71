import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** A tarball as npm would publish it. */
export interface Packed {
  readonly name: string;
  readonly filename: string;
  /** SHA-512, as in a lock file. */
  readonly integrity: string;
}

/** Builds every package of a clone anew and packs it. The same sources and dependencies give the same bytes: npm sets times of files,
 *  but keeps their permissions, which follow from the umask of whoever cloned and built, so those are set here.
 *
 *  @param root of the clone, with its dependencies installed
 *  @param destination folder of the tarballs; made if need be */
export async function packPackages(root: string, destination: string): Promise<readonly Packed[]> {
  await mkdir(destination, { recursive: true });
  const packages = (await readdir(join(root, 'packages'))).map((name) => join(root, 'packages', name));
  for (const folder of packages) await rm(join(folder, 'dist'), { recursive: true, force: true });
  await execa(join(root, 'node_modules/.bin/tsc'), ['-b', ...packages], { cwd: root });
  for (const folder of packages) await setModes(folder);
  const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', destination, ...packages], {
    cwd: root,
  });
  return JSON.parse(stdout) as readonly Packed[];
}

async function setModes(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules') await setModes(path);
    } else if (entry.isFile()) {
      await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}
