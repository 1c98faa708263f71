import { WireGuardReceiver, type Attributes, type Frame } from '@wgotel/core';
import { Command } from 'commander';
import { mayBeColoured } from '../../colour.js';
import { flag, oneOf, Problems } from '../../config/problems.js';
import { readReadingConfig, type ReadingFlags } from '../../config/reading.js';
import { readResource } from '../../config/resource.js';
import { readHost, resourceAttributes } from '../../resource.js';
import { addReadingOptions } from '../reading-options.js';
import { renderJson } from './json.js';
import { renderOtlp } from './otlp.js';
import { exitCodeOf, remarksOn } from './outcome.js';
import { renderTable } from './table.js';

interface OnceFlags extends ReadingFlags {
  readonly format?: string;
}

const FORMATS = {
  table: (frame: Frame): string => renderTable(frame, terminal()),
  json: renderJson,
  otlp: (frame: Frame, given: Attributes): string => renderOtlp(frame, resourceAttributes(readHost(), given)),
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
    .option('--format <name>', `what to print: ${FORMAT_NAMES.join(', ')} (default: table)`)
    .addHelpText('after', EXAMPLES)
    .action(once);
}

/** @throws {ConfigError} if an option can't be used, or what the environment says of the resource where that is shown */
async function once(flags: OnceFlags): Promise<void> {
  const problems = new Problems();
  const { source, uapiDirectory, timeout } = readReadingConfig(flags, problems);
  const format = problems.read(flag('--format', flags.format), FORMAT_NAMES.join(', '), oneOf(FORMAT_NAMES), 'table');
  const resource = format === 'otlp' ? readResource(process.env, problems) : {};
  problems.throwIfAny();

  const sourceOptions = { directory: uapiDirectory };
  const receiver = new WireGuardReceiver({ source, sourceOptions, timeout, meterProvider: false });
  const frame = await receiver.scrape();
  process.stdout.write(FORMATS[format](frame, resource));
  for (const remark of remarksOn(frame)) console.error(remark);
  process.exitCode = exitCodeOf(frame);
}

/** Piped output is for programs: nothing is cut there. */
function terminal(): { width: number; colour: boolean } {
  const { isTTY, columns } = process.stdout;
  return { width: isTTY ? columns || 80 : Infinity, colour: mayBeColoured(process.stdout) };
}
