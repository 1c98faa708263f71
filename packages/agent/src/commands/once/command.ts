import { SOURCES, WireGuardReceiver, type Attributes, type Frame, type SourceName } from '@wgotel/core';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseTimer, TIMER_FORM } from '../../config/duration.js';
import { Problems } from '../../config/problems.js';
import { readResource } from '../../config/resource.js';
import { readHost, resourceAttributes } from '../../resource.js';
import { renderJson } from './json.js';
import { renderOtlp } from './otlp.js';
import { exitCodeOf, remarksOn } from './outcome.js';
import { renderTable } from './table.js';

interface OnceOptions {
  readonly source: SourceName;
  readonly uapiDirectory?: string;
  readonly timeout: number;
  readonly format: keyof typeof FORMATS;
}

const FORMATS = {
  table: (frame: Frame): string => renderTable(frame, terminal()),
  json: renderJson,
  otlp: (frame: Frame): string => renderOtlp(frame, resource()),
};

const EXAMPLES = `
Exit codes: 0 all was read, 1 nothing was, 2 an option can't be used, 3 only a part was read.

Examples:
  $ wgotel once
  $ wgotel once --format json | jq '.devices[].peers[] | select(.state == "stale")'
  $ wgotel once --source uapi --uapi-directory ./sockets`;

/** Makes the command `wgotel once`. */
export function onceCommand(): Command {
  return new Command('once')
    .description('Read WireGuard once and print what is there.')
    .addOption(new Option('--source <source>', 'where WireGuard is read').choices(Object.keys(SOURCES)).default('auto'))
    .option('--uapi-directory <directory>', "where userspace devices' sockets are (default: /var/run/wireguard)")
    .addOption(
      new Option('--timeout <duration>', 'what is not read by then fails').argParser(toTimer).default(10_000, '10s'),
    )
    .addOption(new Option('--format <format>', 'what to print').choices(Object.keys(FORMATS)).default('table'))
    .addHelpText('after', EXAMPLES)
    .action(once);
}

async function once({ source, uapiDirectory, timeout, format }: OnceOptions): Promise<void> {
  const sourceOptions = { directory: uapiDirectory };
  const receiver = new WireGuardReceiver({ source, sourceOptions, timeout, meterProvider: false });
  const frame = await receiver.scrape();
  process.stdout.write(FORMATS[format](frame));
  for (const remark of remarksOn(frame)) console.error(remark);
  process.exitCode = exitCodeOf(frame);
}

function toTimer(text: string): number {
  const millis = parseTimer(text);
  if (millis === undefined) throw new InvalidArgumentError(`Expected ${TIMER_FORM}.`);
  return millis;
}

/** Who the agent would say it is.
 *
 *  @throws {ConfigError} if the environment says it wrongly */
function resource(): Attributes {
  const problems = new Problems();
  const given = readResource(process.env, problems);
  problems.throwIfAny();
  return resourceAttributes(readHost(), given);
}

/** Piped output is for programs: nothing is cut there. */
function terminal(): { width: number; colour: boolean } {
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return { width: Infinity, colour: false };
  return { width: columns || 80, colour: process.stdout.hasColors() };
}
