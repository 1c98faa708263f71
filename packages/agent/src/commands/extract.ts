import { chmodSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileReader } from '../watched-file.js';

/** Reads WireGuard configuration files, and says which can't be read.
 *
 *  @param paths files, or folders of `.conf` and `.netdev` files
 *  @param take gets what was found in each
 *  @returns the exit code: 0 all were read, 1 none, 3 some */
export function readEach<T>(
  paths: readonly string[],
  read: FileReader<T>,
  take: (path: string, content: T) => void,
): number {
  const found = paths.flatMap(inFolder);
  let failed = 0;
  for (const path of found) {
    try {
      take(path, readSecretly(path, read));
    } catch (error) {
      failed++;
      const { code, message } = error as NodeJS.ErrnoException;
      console.error(`${path}: ${code === undefined ? message : `it can't be read (${code})`}`);
    }
  }
  return failed === 0 ? 0 : failed === found.length ? 1 : 3;
}

/** The files of a folder, or what is no folder itself. */
function inFolder(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const names = readdirSync(path).filter((name) => /\.(conf|netdev)$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}

function readSecretly<T>(path: string, read: FileReader<T>): T {
  const bytes = readFileSync(path);
  try {
    return read(path, bytes);
  } finally {
    bytes.fill(0);
  }
}

/** Whoever reads the file meanwhile gets the old or the new one whole. The agent may read it whatever the umask is. */
export function replaceFile(path: string, text: string): void {
  const aside = `${path}.${process.pid}.tmp`;
  writeFileSync(aside, text, { flag: 'wx' });
  chmodSync(aside, 0o644);
  renameSync(aside, path);
}
