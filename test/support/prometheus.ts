import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { freePort, isInstalled, startProcess, until } from './process.js';

/** Lists what keeps a Prometheus from running here, and how to install it. */
export function prometheusObstacles(): string[] {
  const missing = ['prometheus', 'promtool'].filter((program) => !isInstalled(program));
  return missing.length === 0
    ? []
    : [`${missing.join(', ')} missing: apt-get install --no-install-recommends prometheus`];
}

export interface PrometheusOptions {
  /** Files of rules, evaluated every second. Default: none. */
  readonly rules?: readonly string[];
  /** Whether it takes samples that others write to it, at `/api/v1/write`. */
  readonly remoteWrite?: true;
  /** Text in the OpenMetrics form that it knows from the start, however old. */
  readonly samples?: string;
  /** How old the last sample of a series may be whose end Prometheus has not seen, such as `20m`. Default: 5 minutes. */
  readonly lookback?: string;
}

/** A series at an instant. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A series at several instants: value by time in seconds. */
export interface SampleRange {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: ReadonlyMap<number, number>;
}

/** An alert that is pending or fires. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** A real Prometheus on loopback. */
export interface RunningPrometheus {
  readonly pid: number;
  readonly url: string;
  /** Evaluates an expression now, or some seconds from now. Throws if Prometheus does not understand it. */
  query(expression: string, seconds?: number): Promise<Sample[]>;
  /** Evaluates an expression at several instants; times in seconds. */
  queryRange(expression: string, start: number, end: number, step: number): Promise<SampleRange[]>;
  /** Evaluates an expression for every second since a time, in seconds, and returns how many series there were in all. */
  countSince(expression: string, start: number): Promise<number>;
  alerts(): Promise<ActiveAlert[]>;
  /** What Prometheus says is wrong with its targets, by job. Empty: nothing. */
  troubles(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/** Starts a Prometheus that scrapes each job every second.
 *
 *  @param jobs entries of `scrape_configs` */
export async function startPrometheus(
  jobs: readonly object[],
  { rules = [], remoteWrite, lookback, samples }: PrometheusOptions = {},
): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: rules,
    scrape_configs: jobs,
  };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const data = join(folder, 'data');
  if (samples !== undefined) {
    await writeFile(join(folder, 'samples.txt'), samples);
    await execa('promtool', [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      '--quiet',
      join(folder, 'samples.txt'),
      data,
    ]);
  }
  const prometheus = startProcess('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
    ...(remoteWrite === undefined ? [] : ['--web.enable-remote-write-receiver']),
    ...(lookback === undefined ? [] : [`--query.lookback-delta=${lookback}`]),
  ]);
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const get = async (path: string, parameters: Record<string, string> = {}): Promise<never> => {
    const response = await fetch(`${url}${path}?${new URLSearchParams(parameters).toString()}`);
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { data: never }).data;
  };
  const queryRange: RunningPrometheus['queryRange'] = async (query, start, end, step) => {
    const times = { start: String(start), end: String(end), step: String(step) };
    const { result } = (await get('/api/v1/query_range', { query, ...times })) as {
      result: { metric: Record<string, string>; values: [number, string][] }[];
    };
    return result.map(({ metric, values }) => ({
      labels: metric,
      values: new Map(values.map(([time, value]) => [time, Number(value)])),
    }));
  };
  try {
    const isReady = (): Promise<boolean> => get('/api/v1/targets').then(Boolean, () => false);
    await until('Prometheus is ready', isReady, { process: prometheus, timeoutMs: 60_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pid: prometheus.pid,
    url,
    stop,
    query: async (query, seconds = 0) => {
      const time = String(Date.now() / 1000 + seconds);
      const { result } = (await get('/api/v1/query', { query, time })) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    queryRange,
    countSince: async (query, start) => (await queryRange(query, start, Date.now() / 1000, 1)).length,
    alerts: async () => ((await get('/api/v1/alerts')) as { alerts: ActiveAlert[] }).alerts,
    troubles: async () => {
      const { activeTargets } = (await get('/api/v1/targets')) as {
        activeTargets: { labels: Record<string, string>; lastError: string }[];
      };
      return new Map(
        activeTargets.flatMap(({ labels, lastError }) => (lastError ? [[labels['job']!, lastError]] : [])),
      );
    },
  };
}
