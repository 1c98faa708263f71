import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildInto, cacheFolder } from './go-program.js';
import { isInstalled } from './process.js';

const CRATE = 'prometheus_wireguard_exporter';
const VERSION = '3.6.6';

/** The binary's place in the cache. */
function path(): string {
  return join(cacheFolder(), `${CRATE}-${VERSION}`);
}

/** Returns the path of MindFlavor's exporter, which our profile of that name stands in for; undefined when `npm run rivals`
 *  has not been run. */
export function mindflavorPath(): string | undefined {
  return existsSync(path()) ? path() : undefined;
}

/** Builds it unless it is in the cache, and returns its path. Throws when Cargo is missing or fails. */
export async function ensureMindflavor(): Promise<string> {
  if (!isInstalled('cargo')) {
    throw new Error(`Cargo is missing, which ${CRATE} is built with: https://www.rust-lang.org/tools/install`);
  }
  if (!existsSync(path())) {
    const build: Parameters<typeof buildInto>[0]['build'] = async (folder, step) => {
      const args = ['install', CRATE, '--version', VERSION, '--locked', '--root', join(folder, 'root')];
      await step(`compiling ${CRATE} (minutes)`, 'cargo', args);
      return join(folder, 'root', 'bin', CRATE);
    };
    await buildInto({ build }, path());
  }
  return path();
}
