import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, execaSync } from 'execa';
import { repositoryPath } from './repository.js';
import { isInstalled } from './process.js';

const manifest = repositoryPath('otel-config/builder.yaml');

/** What takes long to fetch or to build is kept here. */
export function cacheFolder(): string {
  return resolve(process.env['WGOTEL_CACHE'] ?? join(homedir(), '.cache', 'wgotel'));
}

/** The binary's place in the cache: another manifest or another Go is another binary. */
function binaryPath(): string {
  const key = createHash('sha256')
    .update(readFileSync(manifest))
    .update(execaSync('go', ['version']).stdout);
  return join(cacheFolder(), `otelcol-${key.digest('hex').slice(0, 16)}`);
}

/** Returns the path of the built Collector; undefined when `npm run collector` has not been run for this manifest. */
export function collectorPath(): string | undefined {
  if (!isInstalled('go')) return undefined;
  const path = binaryPath();
  return existsSync(path) ? path : undefined;
}

/**
 * Runs one step of the build, with all it installs or forgets in `folder`, and says on standard error that it is alive.
 * Throws with the step's output.
 */
async function step(name: string, file: string, args: readonly string[], folder: string): Promise<void> {
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
}

async function build(target: string): Promise<void> {
  const version = /^ {2}version: (\S+)$/m.exec(readFileSync(manifest, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${manifest} has no dist.version: add the Collector's version`);
  await mkdir(cacheFolder(), { recursive: true });
  const folder = await mkdtemp(join(cacheFolder(), 'build-'));
  try {
    await mkdir(join(folder, 'build'));
    const module = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
    await step(`installing the Collector Builder ${version}`, 'go', ['install', module], folder);
    const builder = join(folder, 'builder');
    await step('fetching modules', builder, ['--config', manifest, '--skip-compilation'], folder);
    const compileOnly = ['--config', manifest, '--skip-generate', '--skip-get-modules'];
    await step('compiling the Collector (minutes)', builder, compileOnly, folder);
    await rename(join(folder, 'build', 'collector', 'otelcol-wgotel'), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds the Collector unless it is in the cache, and returns its path. Throws when Go is missing or a step fails. */
export async function ensureCollector(): Promise<string> {
  if (!isInstalled('go')) {
    throw new Error(
      'Go is missing, which the Collector is built with: install it from https://go.dev/dl/ onto the PATH.',
    );
  }
  const path = binaryPath();
  if (!existsSync(path)) await build(path);
  return path;
}
