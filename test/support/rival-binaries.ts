import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildInto, cacheFolder } from './go-program.js';
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

/** Returns the path of MindFlavor's exporter; undefined when `npm run rivals` has not been run. */
export function mindflavorPath(): string | undefined {
  return builtPath(MINDFLAVOR);
}

/** Returns the path of kbknapp's exporter; undefined when `npm run rivals` has not been run. */
export function kbknappPath(): string | undefined {
  return builtPath(KBKNAPP);
}

/** Builds those that are not in the cache, and returns their paths. Throws when Cargo is missing or fails. */
export async function ensureRivals(): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const crate of [MINDFLAVOR, KBKNAPP]) paths.push(builtPath(crate) ?? (await build(crate)));
  return paths;
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
