import { diag, DiagLogLevel } from '@opentelemetry/api';
import { Command } from 'commander';
import { agentPages } from '../agent/agent-pages.js';
import { Agent } from '../agent/agent.js';
import type { Senders } from '../agent/senders.js';
import type { Configuration, HealthConfig, StateSocketConfig } from '../config/configuration.js';
import type { Flags } from '../config/flags.js';
import { configFile, loadConfiguration } from '../config/load.js';
import { ConfigError } from '../config/problems.js';
import { endSignal } from '../end-signal.js';
import type { PageSource } from '../exporter/prometheus/exposition.js';
import { Pages } from '../exporter/prometheus/pages.js';
import { Textfiles } from '../exporter/textfile/textfiles.js';
import { HealthServer } from '../health/server.js';
import { statusOf } from '../health/status.js';
import { Listener } from '../listener.js';
import { diagLogger, Logger } from '../log.js';
import { collectOldGarbageLessOften } from '../old-garbage.js';
import type { Signal } from '../signal.js';
import { agentTunnels } from '../state-socket/agent-tunnels.js';
import { StateServer } from '../state-socket/server.js';
import { VERSION } from '../version.js';
import { addReadingOptions } from './options.js';

const HELP = `
Environment: OTEL_EXPORTER_OTLP_ENDPOINT, _PROTOCOL, _HEADERS, _COMPRESSION, _TIMEOUT, _INSECURE, _CERTIFICATE,
_CLIENT_CERTIFICATE and _CLIENT_KEY, each also with METRICS_, LOGS_ or TRACES_ after OTLP_; OTEL_METRICS_EXPORTER,
OTEL_LOGS_EXPORTER and OTEL_TRACES_EXPORTER; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, as OpenTelemetry specifies them, and
WGOTEL_CONFIG. Flags win over the environment, and that over the file.

SIGHUP reads the configuration again. Ends with code 0 on SIGINT and SIGTERM, and with 2 when the configuration can't be
used.

Examples:
  $ wgotel run --endpoint http://localhost:4317
  $ wgotel run --config /etc/wgotel/config.yaml
  $ OTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example.com:4317 wgotel run --interval 30s`;

/** `wgotel run`: reads WireGuard at an interval and ships metrics, events and sessions to a Collector until it is told to end. */
export function runCommand(): Command {
  return addReadingOptions(new Command('run'))
    .description(
      'Read WireGuard at an interval and send metrics, events and sessions to an OpenTelemetry Collector, until interrupted.',
    )
    .option('--endpoint <url>', 'OTLP server, such as http://localhost:4317')
    .option('--interval <duration>', 'time between two scrapes (default: 15s)')
    .option('--peer-limit <number>', 'peers with metrics of their own, the rest is added up (default: 10000)')
    .option('--log-level <level>', 'debug, info, warn or error (default: info)')
    .addHelpText('after', HELP)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  collectOldGarbageLessOften();
  const configuration = loadConfiguration(flags);
  const log = new Logger(configuration.telemetry.logs);
  diag.setLogger(diagLogger(log), DiagLogLevel.ALL);

  const about = {
    startedAt: Date.now(),
    configFile: configFile(flags),
    loadedAt: Date.now(),
    reloadProblem: undefined as string | undefined,
  };
  const agent = new Agent(configuration, log);
  const sourceOf = (receivers: readonly string[]): PageSource => agentPages(agent, receivers);
  const pages = new Pages(sourceOf, log);
  const textfiles = new Textfiles(sourceOf, log);
  const health = new Listener(
    (place: HealthConfig) => HealthServer.listen(place, () => statusOf(agent, about, state.server?.status, pages.urls)),
    ({ message }) => log.warn(message),
  );
  const tunnels = agentTunnels(agent);
  const state = new Listener(
    (place: StateSocketConfig, before: StateServer | undefined) => StateServer.listen(place, tunnels, before),
    // A host without /run/wgotel, or that is not ours to write, has nobody who waits for it.
    ({ message, cause }) => log[(cause as NodeJS.ErrnoException).code === undefined ? 'warn' : 'debug'](message),
  );
  const listen = async (places: Configuration): Promise<void> => {
    await pages.listen(places.pages);
    await textfiles.configure(places.textfiles);
    await health.listen(places.health);
    await state.listen(places.stateSocket);
  };
  agent.onRead = () => {
    state.server?.publish();
    pages.publish();
    textfiles.publish();
  };
  const ended = endSignal();
  // The receivers' timers alone don't keep a process alive.
  const alive = setInterval(() => undefined, 2 ** 31 - 1);
  try {
    await listen(configuration);
    await agent.start();
    announce(log, agent, pages, about.configFile);

    let reloading = Promise.resolve();
    const reload = async (): Promise<void> => {
      try {
        const next = loadConfiguration(flags);
        const before = agent.configuration;
        try {
          await listen(next);
          await agent.reload(next);
        } catch (error) {
          await listen(before);
          throw error;
        }
        log.configure(next.telemetry.logs);
        about.loadedAt = Date.now();
        about.reloadProblem = undefined;
        log.info('the configuration was read again', { file: about.configFile });
        warn(log, next);
      } catch (error) {
        about.reloadProblem = (error as Error).message;
        log.error('the old configuration stays: the new one can not be used', { problems: problemsOf(error) });
      }
    };
    process.on('SIGHUP', () => void (reloading = reloading.then(reload)));

    log.info('wgotel is ending', { signal: await ended });
    await reloading;
  } finally {
    await agent.shutdown();
    await Promise.all([pages.close(), textfiles.close(), health.close(), state.close()]);
    clearInterval(alive);
  }
  log.info(
    'wgotel has ended',
    agent.senders.table(({ sender }) => sender.deliveries),
  );
}

function announce(log: Logger, { configuration, senders }: Agent, pages: Pages, file: string | undefined): void {
  const { receivers } = configuration;
  log.info('wgotel reads WireGuard', {
    version: VERSION,
    config: file,
    receivers: Object.entries(receivers).map(
      ([id, { source, collectionInterval }]) => `${id}: ${source} every ${collectionInterval / 1000}s`,
    ),
    exporters: [
      ...routes(senders),
      ...Array.from(pages.urls, ([id, urls]) => `${id}: ${urls.join(', ')}`),
      ...Object.entries(configuration.textfiles).map(([id, { path }]) => `${id}: ${path}`),
    ],
  });
  warn(log, configuration);
}

/** Which exporter sends what where, such as `otlp_grpc: http://localhost:4317 (metrics, logs, traces)`. */
function routes(senders: Senders): string[] {
  const signals = new Map<string, Signal[]>();
  for (const { exporter, signal, sender } of senders) {
    const route = `${exporter}: ${sender.state.endpoint}`;
    signals.set(route, [...(signals.get(route) ?? []), signal]);
  }
  return [...signals].map(([route, sent]) => `${route} (${sent.join(', ')})`);
}

function warn(log: Logger, { exporters, pages, textfiles, warnings }: Configuration): void {
  for (const warning of warnings) log.warn(warning);
  const isShown = Object.values(pages).some(({ explicit }) => explicit) || Object.keys(textfiles).length > 0;
  if (Object.keys(exporters).length === 0 && !isShown) {
    log.warn('nothing is sent: set OTEL_EXPORTER_OTLP_ENDPOINT or --endpoint, or configure an exporter');
  }
}

function problemsOf(error: unknown): readonly string[] {
  return error instanceof ConfigError ? error.problems : [(error as Error).message];
}
