import { Command } from 'commander';
import { Identity } from '@wgotel/core';
import type { Configuration } from '../../config/configuration.js';
import type { Flags } from '../../config/flags.js';
import { configFile, loadConfiguration } from '../../config/load.js';
import { bySignal, SIGNALS } from '../../signal.js';
import { addReadingOptions } from '../options.js';
import { checkClock } from './clock.js';
import { checkExporter } from './exporter.js';
import { checkPage } from './page.js';
import { checkReceiver } from './reading.js';
import { renderFinding, type Finding } from './report.js';

const EXAMPLES = `
Looks at the configuration, at everything that is to be read, at the clock, and sends an empty request to each exporter.

Exit codes: 0 all is well, 1 nothing can be read, 2 the configuration can't be used, 3 only a part can be read,
4 a Collector can't be reached.

Examples:
  $ sudo wgotel check
  $ sudo wgotel check --config /etc/wgotel/config.yaml`;

/** Makes the command `wgotel check`. */
export function checkCommand(): Command {
  return addReadingOptions(new Command('check'))
    .description('Check the configuration, the privileges, what is read, and the way to the Collector.')
    .option('--endpoint <url>', 'OTLP server, such as http://localhost:4317')
    .addHelpText('after', EXAMPLES)
    .action(check);
}

/** @throws {ConfigError} if the configuration can't be used */
async function check(flags: Flags): Promise<void> {
  const configuration = loadConfiguration(flags);
  const file = configFile(flags);
  say({ verdict: 'ok', what: 'configuration', found: file ?? 'no file: flags, environment and defaults' });
  for (const warning of configuration.warnings) say({ verdict: 'warn', what: 'configuration', found: warning });

  identityFindings(configuration).forEach(say);
  const reading = await patiently('reading WireGuard', checkReading(configuration));
  reading.forEach(say);
  say(await checkClock());
  const sending = await patiently('sending to the exporters', checkSending(configuration));
  sending.forEach(say);
  const pages = await Promise.all(Object.entries(configuration.pages).map(([id, config]) => checkPage(id, config)));
  pages.forEach(say);
  process.exitCode = pages.some(({ verdict }) => verdict === 'fail') ? 2 : exitCode(reading, sending);
}

function say(finding: Finding): void {
  process.stdout.write(renderFinding(finding, process.stdout));
}

/** Ends of a tunnel agree on its id if they have the same key: the fingerprint says so, and not which key it is. */
function identityFindings({ receivers }: Configuration): Finding[] {
  return Object.entries(receivers).flatMap(([id, { identity }]): Finding[] => {
    const { fingerprint } = new Identity(identity);
    if (fingerprint === undefined) return [];
    return [
      { verdict: 'ok', what: `receivers.${id}, identity`, found: `hmac, by the key of fingerprint ${fingerprint}` },
    ];
  });
}

async function checkReading({ receivers }: Configuration): Promise<Finding[]> {
  return (await Promise.all(Object.entries(receivers).map(([id, config]) => checkReceiver(id, config)))).flat();
}

async function checkSending({ exporters, pages, textfiles, pipelines }: Configuration): Promise<Finding[]> {
  const used = bySignal(
    (signal) =>
      new Set(
        Object.values(pipelines)
          .filter((each) => each.signal === signal)
          .flatMap((each) => each.exporters),
      ),
  );
  const checks = SIGNALS.flatMap((signal) =>
    [...used[signal]].map((id) => checkExporter(id, signal, exporters[id]![signal]!)),
  );
  const isShown = Object.values(pages).some(({ explicit }) => explicit) || Object.keys(textfiles).length > 0;
  if (checks.length > 0 || isShown) return Promise.all(checks);
  const fix = 'set OTEL_EXPORTER_OTLP_ENDPOINT or --endpoint, or configure an exporter';
  return [{ verdict: 'warn', what: 'exporters', found: 'there is none, so nothing is sent', fix }];
}

function exitCode(reading: readonly Finding[], sending: readonly Finding[]): number {
  const failed = reading.filter(({ verdict }) => verdict === 'fail').length;
  if (failed > 0 && !reading.some(({ verdict }) => verdict === 'ok')) return 1;
  if (sending.some(({ verdict }) => verdict === 'fail')) return 4;
  return failed > 0 ? 3 : 0;
}

/** Says what is being waited for, if it takes longer than people wait without a word. */
async function patiently<T>(what: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => console.error(`${what} …`), 2000);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
