import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectorPath } from './collector-binary.js';
import type { OtlpRequest } from './otlp-json.js';
import { freePort, startProcess, until } from './process.js';

/** What a started Collector is to do; by default it writes what it receives to a file. */
export interface CollectorOptions {
  /**
   * A whole Collector configuration, as YAML or as an object, with an `otlp` receiver. Its `otlp` ports are replaced by
   * free ones; an exporter named `file` is there for its pipelines to use.
   */
  readonly config?: string | object;
  /** Processors of the default configuration's metrics by name, in order, such as `{ cumulativetodelta: {} }`. */
  readonly metricProcessors?: Readonly<Record<string, object>>;
  /** Another binary than the one that `npm run collector` has built. */
  readonly binary?: string | undefined;
  /** More of its command line, such as feature gates. */
  readonly flags?: readonly string[];
  /** Environment variables that the configuration refers to. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it receives over gRPC, such as where one before it did. Default: any port that is free. */
  readonly grpcPort?: number;
  /** The address of loopback at which it receives OTLP. Default: 127.0.0.1. */
  readonly host?: string;
  /** A network namespace in which it receives OTLP on all addresses. Default: the own one, on loopback. */
  readonly namespace?: string;
  /** A file that it alone sees in the place of /etc/hosts. Default: none. */
  readonly hosts?: string;
}

/** A real Collector that receives OTLP. */
export interface RunningCollector {
  readonly pid: number;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Returns what the `file` exporter has written so far; complete once the Collector is stopped. */
  exported(): Promise<OtlpRequest[]>;
  /** Returns what the Collector has printed: its log and the debug exporter's lines. */
  logs(): string;
  stop(): Promise<void>;
}

/** Starts the Collector that `npm run collector` has built, or another, and waits until it accepts OTLP; throws if it ends. */
export async function startCollector(options: CollectorOptions = {}): Promise<RunningCollector> {
  const binary = options.binary ?? collectorPath();
  if (binary === undefined) throw new Error('no Collector binary: run `npm run collector`');
  const [grpcPort, httpPort] = [options.grpcPort ?? (await freePort()), await freePort()];
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-collector-'));
  const file = join(folder, 'exported.jsonl');
  await writeFile(file, '');
  // The Collector merges its --config arguments in order; JSON is YAML.
  const host = options.namespace === undefined ? (options.host ?? '127.0.0.1') : '0.0.0.0';
  const layers = [options.config ?? toFile(options.metricProcessors ?? {}), overrides(host, grpcPort, httpPort, file)];
  const configs = layers.map((layer) => `--config=yaml:${typeof layer === 'string' ? layer : JSON.stringify(layer)}`);
  const args = [...configs, ...(options.flags ?? [])];
  const enter = [
    ...(options.namespace === undefined ? [] : ['ip', 'netns', 'exec', options.namespace]),
    ...(options.hosts === undefined ? [] : ['unshare', '--mount', 'sh', '-c', MOUNT_HOSTS, options.hosts]),
  ];
  const [program, ...rest] = [...enter, binary, ...args] as [string, ...string[]];
  const collector = startProcess(program, rest, { env: options.env ?? {} });
  let kept: OtlpRequest[] | undefined;
  const stop = async (): Promise<void> => {
    await collector.stop();
    kept ??= await readJsonLines(file);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ready = (): boolean => collector.output().includes('Everything is ready');
    await until('the Collector accepts OTLP', ready, { process: collector, timeoutMs: 30_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: collector.pid,
    grpcPort,
    httpPort,
    stop,
    logs: () => collector.output(),
    exported: async () => kept ?? readJsonLines(file),
  };
}

/** A shell that becomes what comes after the file. */
const MOUNT_HOSTS = 'mount --bind "$0" /etc/hosts && exec "$@"';

/** The default configuration: all that is received goes into the file, metrics through the processors. */
function toFile(processors: Readonly<Record<string, object>>): object {
  const pipeline = { receivers: ['otlp'], exporters: ['file'] };
  const metrics = { ...pipeline, processors: Object.keys(processors) };
  return { processors, service: { pipelines: { metrics, logs: pipeline, traces: pipeline } } };
}

/** What holds for every Collector of a test: ports of its own, no metrics listener, and the file. */
function overrides(host: string, grpcPort: number, httpPort: number, path: string): object {
  const protocols = {
    grpc: { endpoint: `${host}:${grpcPort}` },
    http: { endpoint: `${host}:${httpPort}` },
  };
  return {
    receivers: { otlp: { protocols } },
    exporters: { file: { path, flush_interval: '50ms' } },
    service: { telemetry: { metrics: { level: 'none' } } },
  };
}

async function readJsonLines(path: string): Promise<OtlpRequest[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  // The last piece is empty or a line still being written.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as OtlpRequest);
}
