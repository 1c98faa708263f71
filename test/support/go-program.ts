import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, execaSync } from 'execa';
import { isInstalled } from './process.js';

/** A program that is compiled from pinned Go modules, and how. */
export interface GoProgram {
  /** What it is called in messages. */
  readonly title: string;
  /** The binary's name in the cache. */
  readonly name: string;
  /** All that pins it: if this is another text, it is another binary. */
  pins(): string;
  /** Compiles it in a folder of its own and returns the path of the binary there. */
  build(folder: string, step: Step): Promise<string>;
}

/**
 * Runs one step of a build, with all it installs or forgets in the folder, and says on standard error that it is alive.
 * Throws with the step's output.
 */
export type Step = (name: string, file: string, args: readonly string[]) => Promise<void>;

/** What takes long to fetch or to build is kept here. */
export function cacheFolder(): string {
  return resolve(process.env['WGOTEL_CACHE'] ?? join(homedir(), '.cache', 'wgotel'));
}

/** The binary's place in the cache: other pins or another Go are another binary. */
function binaryPath(program: GoProgram): string {
  const key = createHash('sha256')
    .update(program.pins())
    .update(execaSync('go', ['version']).stdout);
  return join(cacheFolder(), `${program.name}-${key.digest('hex').slice(0, 16)}`);
}

/** Returns the path of the built program; undefined when it has not been built with these pins. */
export function programPath(program: GoProgram): string | undefined {
  if (!isInstalled('go')) return undefined;
  const path = binaryPath(program);
  return existsSync(path) ? path : undefined;
}

/** Builds the program unless it is in the cache, and returns its path. Throws when Go is missing or a step fails. */
export async function ensureProgram(program: GoProgram): Promise<string> {
  if (!isInstalled('go')) {
    throw new Error(
      `Go is missing, which ${program.title} is built with: install it from https://go.dev/dl/ onto the PATH.`,
    );
  }
  const path = binaryPath(program);
  if (!existsSync(path)) await buildInto(program, path);
  return path;
}

/** Builds a program in a folder of its own and puts it where it is to be in one step. Throws when a step fails. */
export async function buildInto(program: Pick<GoProgram, 'build'>, target: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'build-'));
  try {
    await rename(await program.build(folder, stepIn(folder)), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function stepIn(folder: string): Step {
  return async (name, file, args) => {
    const start = performance.now();
    const elapsed = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
    console.error(`${name} ...`);
    const progress = setInterval(() => console.error(`  still ${name}, ${elapsed()}`), 30_000);
    try {
      await execa(file, args, { cwd: folder, env: { GOBIN: folder, TMPDIR: folder } });
      console.error(`  done in ${elapsed()}`);
    } finally {
      clearInterval(progress);
    }
  };
}
