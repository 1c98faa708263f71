import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder } from './go-program.js';

const RELEASE = 'bookworm';

/** What there is besides the essential packages. A Node is no part of it: Debian's is too old. */
const PACKAGES = ['systemd-sysv', 'dbus', 'iproute2', 'wireguard-tools', 'wireguard-go', 'libstdc++6'];

/** The tree's place in the cache: other packages are another tree. */
function treePath(): string {
  const key = createHash('sha256').update([RELEASE, ...PACKAGES].join());
  return join(cacheFolder(), `debian-${key.digest('hex').slice(0, 16)}`);
}

/** Returns the path of a bare Debian; undefined when `npm run debian` has not been run for these packages. */
export function debianTree(): string | undefined {
  const path = treePath();
  return existsSync(path) ? path : undefined;
}

/** Makes a bare Debian from packages of Debian's mirror unless it is in the cache, and returns its path. Needs root and
 *  mmdebstrap. Throws with what mmdebstrap says. */
export async function ensureDebianTree(): Promise<string> {
  const path = treePath();
  if (existsSync(path)) return path;
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'debian-build-'));
  try {
    const tree = join(folder, 'tree');
    await execa('mmdebstrap', ['--variant=essential', `--include=${PACKAGES.join()}`, RELEASE, tree]);
    await rename(tree, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return path;
}
