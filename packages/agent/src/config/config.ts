import { readFileSync } from 'node:fs';
import { SOURCES, type Attributes, type SourceName } from '@wgotel/core';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { parseTimer, TIMER_FORM } from './duration.js';
import type { Environment } from './environment.js';
import { readOtlpConfig, type OtlpConfig } from './otlp.js';
import { oneOf, Problems, type Setting } from './problems.js';
import { readResource } from './resource.js';
import type { ReadFile } from './tls.js';

/** What the command line says, as it was typed. */
export interface Flags {
  readonly endpoint?: string;
  readonly interval?: string;
  readonly timeout?: string;
  readonly source?: string;
  readonly uapiDirectory?: string;
  readonly peerLimit?: string;
  readonly logLevel?: string;
}

/** All that the agent can be told. `undefined`: the receiver's own default. */
export interface Config {
  readonly source: SourceName;
  readonly uapiDirectory: string | undefined;
  /** Between two scrapes, in milliseconds. */
  readonly interval: number;
  /** For one scrape, in milliseconds. */
  readonly timeout: number;
  readonly peerLimit: number | undefined;
  readonly logLevel: LogLevel;
  /** `undefined`: nowhere to send to. */
  readonly otlp: OtlpConfig | undefined;
  /** What the environment says of the resource. */
  readonly resource: Attributes;
}

/** Puts together flags, environment and defaults, in this order.
 *
 *  @throws {ConfigError} with everything that is wrong */
export function readConfig(flags: Flags, env: Environment, readFile: ReadFile = (path) => readFileSync(path)): Config {
  const problems = new Problems();
  const sources = Object.keys(SOURCES) as SourceName[];
  const config: Config = {
    source: problems.read(flag('--source', flags.source), sources.join(', '), oneOf(sources), 'auto'),
    uapiDirectory: flags.uapiDirectory,
    interval: problems.read(flag('--interval', flags.interval), TIMER_FORM, parseTimer, 15_000),
    timeout: problems.read(flag('--timeout', flags.timeout), TIMER_FORM, parseTimer, 10_000),
    peerLimit: problems.read(flag('--peer-limit', flags.peerLimit), 'a whole number', parseCount, undefined),
    logLevel: problems.read(flag('--log-level', flags.logLevel), LOG_LEVELS.join(', '), oneOf(LOG_LEVELS), 'info'),
    otlp: readOtlpConfig(flag('--endpoint', flags.endpoint), env, readFile, problems),
    resource: readResource(env, problems),
  };
  problems.throwIfAny();
  return config;
}

function flag(option: string, text: string | undefined): Setting | undefined {
  return text === undefined ? undefined : { option, text };
}

function parseCount(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
