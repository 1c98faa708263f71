import { readFileSync, statSync } from 'node:fs';
import type { Configuration } from './configuration.js';
import type { Flags } from './flags.js';
import { ConfigError } from './problems.js';
import { readConfiguration } from './read.js';

/** Read if it is there and no other file is named. */
export const DEFAULT_FILE: string = '/etc/wgotel/config.yaml';

/** Finds the configuration file, reads it, and puts it together with flags and environment.
 *
 *  @param usual the file that is read if it is there and no other is named
 *  @throws {ConfigError} also if the file can't be read, or others may write it */
export function loadConfiguration(
  flags: Flags,
  env: NodeJS.ProcessEnv = process.env,
  usual: string = DEFAULT_FILE,
): Configuration {
  const name = configFile(flags, env, usual);
  const file = name === undefined ? undefined : { name, text: readSafely(name) };
  return readConfiguration({ flags, env, file, readFile: (path) => readFileSync(path) });
}

/** The path of the configuration file. `undefined`: there is none. */
export function configFile(
  flags: Pick<Flags, 'config'>,
  env: NodeJS.ProcessEnv = process.env,
  usual: string = DEFAULT_FILE,
): string | undefined {
  const named = flags.config ?? (env['WGOTEL_CONFIG'] || undefined);
  if (named !== undefined) return named;
  return statSync(usual, { throwIfNoEntry: false }) === undefined ? undefined : usual;
}

/** Reads a configuration file. Whoever can write it can have a program run with the rights of the agent.
 *
 *  @throws {ConfigError} if it can't be read, or others may write it */
export function readSafely(path: string): string {
  try {
    const { mode, uid, gid } = statSync(path);
    const me = process.geteuid?.();
    const isOwn = uid === 0 || uid === me;
    const byGroup = (mode & 0o020) !== 0 && gid !== 0 && gid !== process.getegid?.();
    if (!isOwn || (mode & 0o002) !== 0 || byGroup) {
      const remedy = isOwn ? `run chmod go-w ${path}` : 'it must belong to root or to the user of the agent';
      throw new ConfigError([`${path}: others may write this file, and with it say which program is run; ${remedy}`]);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError([`${path}: the file can't be read (${code ?? message})`]);
  }
}
