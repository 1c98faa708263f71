import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildInto, cacheFolder, ensureProgram, programPath, type GoProgram } from './go-program.js';
import { isInstalled } from './process.js';

/** An exporter that is compiled from crates.io, of a pinned version. */
interface Crate {
  readonly name: string;
  readonly version: string;
}

/** MindFlavor's, which our profile of that name stands in for. */
const MINDFLAVOR: Crate = { name: 'prometheus_wireguard_exporter', version: '3.6.6' };
/** kbknapp's. */
const KBKNAPP: Crate = { name: 'wireguard_exporter', version: '0.3.0' };

/** With which plugins Telegraf is compiled: all it has would take long. */
const TELEGRAF_TAGS = 'custom,inputs.wireguard,outputs.prometheus_client';
/** The newest that the Go module proxy has. */
const TELEGRAF_MODULE = 'github.com/influxdata/telegraf/cmd/telegraf@v1.37.2';

const TELEGRAF: GoProgram = {
  title: 'Telegraf',
  name: 'telegraf',
  pins: () => `${TELEGRAF_MODULE} ${TELEGRAF_TAGS}`,
  build: async (folder, step) => {
    const flags = ['-trimpath', '-ldflags=-s -w', '-tags', TELEGRAF_TAGS];
    await step('compiling Telegraf', 'go', ['install', ...flags, TELEGRAF_MODULE]);
    return join(folder, 'telegraf');
  },
};

/** Returns the path of MindFlavor's exporter; undefined when `npm run rivals` has not been run. */
export function mindflavorPath(): string | undefined {
  return builtPath(MINDFLAVOR);
}

/** Returns the path of kbknapp's exporter; undefined when `npm run rivals` has not been run. */
export function kbknappPath(): string | undefined {
  return builtPath(KBKNAPP);
}

/** Returns the path of Telegraf with its input for WireGuard; undefined when `npm run rivals` has not been run. */
export function telegrafPath(): string | undefined {
  return programPath(TELEGRAF);
}

/**
 * Returns the path of mdlayher's exporter as the environment names it, for no registry has its module; undefined where it names none.
 * Throws when there is no such file.
 */
export function mdlayherPath(): string | undefined {
  const path = process.env['WGOTEL_MDLAYHER_EXPORTER'];
  if (path === undefined || existsSync(path)) return path;
  throw new Error(`WGOTEL_MDLAYHER_EXPORTER is ${path}, which is not there`);
}

/** Builds those that are not in the cache, and returns all paths. Throws when Cargo or Go is missing or fails. */
export async function ensureRivals(): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const crate of [MINDFLAVOR, KBKNAPP]) paths.push(builtPath(crate) ?? (await build(crate)));
  const mdlayher = mdlayherPath();
  return [...paths, await ensureProgram(TELEGRAF), ...(mdlayher === undefined ? [] : [mdlayher])];
}

/** The binary's place in the cache. */
function placeOf({ name, version }: Crate): string {
  return join(cacheFolder(), `${name}-${version}`);
}

function builtPath(crate: Crate): string | undefined {
  const path = placeOf(crate);
  return existsSync(path) ? path : undefined;
}

async function build(crate: Crate): Promise<string> {
  const { name, version } = crate;
  if (!isInstalled('cargo')) {
    throw new Error(`Cargo is missing, which ${name} is built with: https://www.rust-lang.org/tools/install`);
  }
  const compile: Parameters<typeof buildInto>[0]['build'] = async (folder, step) => {
    // kbknapp's build asks git for a commit, which a crate of the registry has none of.
    await step('making a commit', 'git', ['init', '--quiet']);
    const author = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@localhost'];
    await step('making a commit', 'git', [...author, 'commit', '--quiet', '--allow-empty', '--message', name]);
    const args = ['install', name, '--version', version, '--locked', '--root', join(folder, 'root')];
    await step(`compiling ${name} (minutes)`, 'env', [`GIT_DIR=${join(folder, '.git')}`, 'cargo', ...args]);
    return join(folder, 'root', 'bin', name);
  };
  await buildInto({ build: compile }, placeOf(crate));
  return placeOf(crate);
}
