import { constants } from 'node:os';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { WireGuardReceiver } from '@wgotel/core';
import { Command } from 'commander';
import { readConfig, type Config, type Flags } from '../config/config.js';
import { OtlpGrpcTransport } from '../exporter/otlp-grpc/transport.js';
import { Sender } from '../exporter/sender.js';
import { diagLogger, Logger } from '../log.js';
import { MetricsPipeline } from '../pipeline.js';
import { readHost, resourceAttributes } from '../resource.js';
import { VERSION } from '../version.js';
import { addReadingOptions } from './reading-options.js';

/** How long the end may wait for what is still queued, in milliseconds. */
const FLUSH_TIMEOUT = 5000;

const HELP = `
Environment: OTEL_EXPORTER_OTLP_ENDPOINT, _HEADERS, _COMPRESSION, _TIMEOUT, _INSECURE, _CERTIFICATE, _CLIENT_CERTIFICATE
and _CLIENT_KEY, OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, as OpenTelemetry specifies them. Flags win.

Examples:
  $ wgotel run --endpoint http://localhost:4317
  $ OTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example.com:4317 wgotel run --interval 30s

Ends with code 0 on SIGINT, SIGTERM and SIGHUP, and with 2 when the configuration can't be used.`;

/** `wgotel run`: reads WireGuard at an interval and ships metrics to a Collector until it is told to end. */
export function runCommand(): Command {
  return addReadingOptions(new Command('run'))
    .description('Read WireGuard at an interval and send metrics to an OpenTelemetry Collector, until interrupted.')
    .option('--endpoint <url>', 'OTLP/gRPC server, such as http://localhost:4317')
    .option('--interval <duration>', 'time between two scrapes (default: 15s)')
    .option('--peer-limit <number>', 'peers with metrics of their own, the rest is added up (default: 10000)')
    .option('--log-level <level>', 'debug, info, warn or error (default: info)')
    .addHelpText('after', HELP)
    .action((flags: Flags) => run(readConfig(flags, process.env)));
}

async function run(config: Config): Promise<void> {
  const log = new Logger({ level: config.logLevel });
  diag.setLogger(diagLogger(log), DiagLogLevel.ALL);

  const { source, uapiDirectory, interval, timeout, peerLimit, otlp } = config;
  const transport = otlp && new OtlpGrpcTransport(otlp);
  const sender = transport && new Sender(transport, log);
  const pipeline = sender && new MetricsPipeline(resourceAttributes(readHost(), config.resource), sender);
  const receiver = new WireGuardReceiver({
    source,
    sourceOptions: { directory: uapiDirectory },
    collectionInterval: interval,
    timeout,
    peerLimit,
    meterProvider: false,
    onFrame: (frame) => pipeline?.push(frame),
  });

  const { endpoint } = transport ?? {};
  log.info('wgotel reads WireGuard', { version: VERSION, source, interval: `${interval / 1000}s`, endpoint });
  if (endpoint === undefined) log.warn('metrics go nowhere: set OTEL_EXPORTER_OTLP_ENDPOINT or --endpoint');

  const ended = endSignal();
  // The receiver's timers alone don't keep a process alive.
  const alive = setInterval(() => undefined, 2 ** 31 - 1);
  receiver.start();
  log.info('wgotel is ending', { signal: await ended });
  await receiver.shutdown();
  await sender?.shutdown(FLUSH_TIMEOUT);
  clearInterval(alive);
  log.info('wgotel has ended', sender?.deliveries);
}

/** Waits for the signal to end in good order. The next one ends the process at once. */
function endSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(128 + constants.signals[signal]);
        asked = true;
        resolve(signal);
      });
    }
  });
}
