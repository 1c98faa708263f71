import { Command, Option } from 'commander';
import type { Frame } from '@wgotel/core';
import { Scraper } from '../../agent/scraper.js';
import { mayBeColoured } from '../../colour.js';
import type { Configuration } from '../../config/configuration.js';
import type { Flags } from '../../config/flags.js';
import { loadConfiguration } from '../../config/load.js';
import { Logger } from '../../log.js';
import { readHost, resourceAttributes } from '../../resource.js';
import { addReadingOptions } from '../options.js';
import { renderJson } from './json.js';
import { renderOtlp } from './otlp.js';
import { exitCodeOf, remarksOn } from './outcome.js';
import { renderTable } from './table.js';

const FORMATS = {
  table: (frame: Frame): string => renderTable(frame, terminal()),
  json: renderJson,
  otlp: (frame: Frame, { telemetry }: Configuration): string =>
    renderOtlp(frame, resourceAttributes(readHost(), telemetry.resource)),
};
const FORMAT_NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

const EXAMPLES = `
Exit codes: 0 all was read, 1 nothing was, 2 an option can't be used, 3 only a part was read.

Examples:
  $ wgotel once
  $ wgotel once --format json | jq '.devices[].peers[] | select(.state == "stale")'
  $ wgotel once --source uapi --uapi-directory ./sockets`;

/** Makes the command `wgotel once`. */
export function onceCommand(): Command {
  return addReadingOptions(new Command('once'))
    .description('Read WireGuard once and print what is there.')
    .addOption(new Option('--format <name>', 'what to print').choices(FORMAT_NAMES).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(once);
}

/** @throws {ConfigError} if the configuration can't be used */
async function once({ format, ...flags }: Flags & { format: keyof typeof FORMATS }): Promise<void> {
  const configuration = loadConfiguration(flags);
  const log = new Logger({ level: 'warn' });
  const frames = await Promise.all(
    Object.values(configuration.receivers).map((config) => new Scraper(config, log).scrapeOnce()),
  );
  const frame = together(frames);
  process.stdout.write(FORMATS[format](frame, configuration));
  for (const remark of remarksOn(frame)) console.error(remark);
  process.exitCode = exitCodeOf(frame);
}

/** What several receivers found, as if it were one's. */
function together(frames: readonly Frame[]): Frame {
  const [first] = frames;
  return {
    ...first!,
    devices: frames.flatMap(({ devices }) => devices),
    errors: frames.flatMap(({ errors }) => errors),
    failures: frames.flatMap(({ failures }) => failures),
    notes: frames.flatMap(({ notes }) => notes),
  };
}

/** Piped output is for programs: nothing is cut there. */
function terminal(): { width: number; colour: boolean } {
  const { isTTY, columns } = process.stdout;
  return { width: isTTY ? columns || 80 : Infinity, colour: mayBeColoured(process.stdout) };
}
