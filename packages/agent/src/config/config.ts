import { readFileSync } from 'node:fs';
import type { Attributes } from '@wgotel/core';
import { LOG_LEVELS, type LogLevel } from '../log.js';
import { parseTimer, TIMER_FORM } from './duration.js';
import type { Environment } from './environment.js';
import { readOtlpConfig, type OtlpConfig } from './otlp.js';
import { flag, oneOf, Problems } from './problems.js';
import { readReadingConfig, type ReadingConfig, type ReadingFlags } from './reading.js';
import { readResource } from './resource.js';
import type { ReadFile } from './tls.js';

/** What the command line says, as it was typed. */
export interface Flags extends ReadingFlags {
  readonly endpoint?: string;
  readonly interval?: string;
  readonly peerLimit?: string;
  readonly logLevel?: string;
}

/** All that the agent can be told. `undefined`: the receiver's own default. */
export interface Config extends ReadingConfig {
  /** Between two scrapes, in milliseconds. */
  readonly interval: number;
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
  const config: Config = {
    ...readReadingConfig(flags, problems),
    interval: problems.read(flag('--interval', flags.interval), TIMER_FORM, parseTimer, 15_000),
    peerLimit: problems.read(flag('--peer-limit', flags.peerLimit), 'a whole number', parseCount, undefined),
    logLevel: problems.read(flag('--log-level', flags.logLevel), LOG_LEVELS.join(', '), oneOf(LOG_LEVELS), 'info'),
    otlp: readOtlpConfig(flag('--endpoint', flags.endpoint), env, readFile, problems),
    resource: readResource(env, problems),
  };
  problems.throwIfAny();
  return config;
}

function parseCount(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
