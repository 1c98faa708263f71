import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { MetricView, recordingOf, type Frame } from '@wgotel/core';
import { Scraper } from '../../agent/scraper.js';
import { mayBeColoured } from '../../colour.js';
import type { Configuration } from '../../config/configuration.js';
import type { Flags } from '../../config/flags.js';
import { loadConfiguration } from '../../config/load.js';
import { ConfigError } from '../../config/problems.js';
import { Logger } from '../../log.js';
import { readHost, resourceAttributes } from '../../resource.js';
import { addReadingOptions } from '../options.js';
import { renderJson } from './json.js';
import { renderOtlp } from './otlp.js';
import { exitCodeOf, remarksOn, wasRead } from './outcome.js';
import { renderTable } from './table.js';

const FORMATS = {
  table: (frame: Frame): string => renderTable(found(frame), terminal()),
  json: (frame: Frame): string => renderJson(found(frame)),
  otlp: (frame: Frame, { receivers, telemetry }: Configuration): string => {
    const [{ metrics } = { metrics: {} }] = Object.values(receivers);
    return renderOtlp(frame, resourceAttributes(readHost(), telemetry.resource), new MetricView(metrics));
  },
};
interface OnceFlags {
  readonly format: keyof typeof FORMATS;
  readonly record?: string;
}

const FORMAT_NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

const EXAMPLES = `
Exit codes: 0 all was read, 1 nothing was, 2 an option can't be used, 3 only a part was read.

Examples:
  $ wgotel once
  $ wgotel once --format json | jq '.devices[].peers[] | select(.state == "stale")'
  $ wgotel once --source uapi --uapi-directory ./sockets
  $ wgotel once --record wg.json                    # for a bug report; the source "recorded" reads it`;

/** Makes the command `wgotel once`. */
export function onceCommand(): Command {
  return addReadingOptions(new Command('once'))
    .description('Read WireGuard once and print what is there.')
    .addOption(new Option('--format <name>', 'what to print').choices(FORMAT_NAMES).default('table'))
    .option(
      '--record <file>',
      'also write what was read to a file that can be shown to others: no keys, other addresses',
    )
    .addHelpText('after', EXAMPLES)
    .action(once);
}

/** @throws {ConfigError} if the configuration can't be used */
async function once({ format, record, ...flags }: Flags & OnceFlags): Promise<void> {
  const configuration = loadConfiguration(flags);
  const log = new Logger({ level: 'warn' });
  const frames = await Promise.all(
    Object.values(configuration.receivers).map((config) => new Scraper(config, {}, false, log).receiver.scrape()),
  );
  const frame = together(frames);
  if (record !== undefined) writeRecording(record, found(frame));
  process.stdout.write(FORMATS[format](frame, configuration));
  for (const remark of remarksOn(frame)) console.error(remark);
  process.exitCode = exitCodeOf(frame);
}

/** Without what is required and not there, of which there is nothing to show. */
function found(frame: Frame): Frame {
  return { ...frame, devices: frame.devices.filter(wasRead) };
}

/** Leaves a file alone that is there already. */
function writeRecording(path: string, { time, devices, failures }: Frame): void {
  const recording = recordingOf({ takenAt: time, devices: devices.map(({ device }) => device), failures });
  try {
    writeFileSync(path, recording, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'there is such a file already' : `it can't be written (${code})`;
    throw new ConfigError([`--record ${path}: ${why}`]);
  }
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
