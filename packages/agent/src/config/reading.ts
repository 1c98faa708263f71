import { SOURCES, type SourceName } from '@wgotel/core';
import { parseTimer, TIMER_FORM } from './duration.js';
import { flag, oneOf, type Problems } from './problems.js';

/** What the command line says of reading WireGuard, as it was typed. */
export interface ReadingFlags {
  readonly source?: string;
  readonly uapiDirectory?: string;
  readonly timeout?: string;
}

/** How WireGuard is read, once or at an interval. */
export interface ReadingConfig {
  readonly source: SourceName;
  /** `undefined`: where userspace devices put their sockets. */
  readonly uapiDirectory: string | undefined;
  /** For one scrape, in milliseconds. */
  readonly timeout: number;
}

/** The sources there are, by name. */
export const SOURCE_NAMES: readonly SourceName[] = Object.keys(SOURCES) as SourceName[];

export function readReadingConfig(flags: ReadingFlags, problems: Problems): ReadingConfig {
  const { source, uapiDirectory, timeout } = flags;
  return {
    source: problems.read(flag('--source', source), SOURCE_NAMES.join(', '), oneOf(SOURCE_NAMES), 'auto'),
    uapiDirectory: problems.read(flag('--uapi-directory', uapiDirectory), 'a folder', notEmpty, undefined),
    timeout: problems.read(flag('--timeout', timeout), TIMER_FORM, parseTimer, 10_000),
  };
}

function notEmpty(text: string): string | undefined {
  return text || undefined;
}
