import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isInstalled, startProcess, until } from './process.js';

/** Lists what keeps a Prometheus from running here, and how to install it. */
export function prometheusObstacles(): string[] {
  const missing = ['prometheus', 'promtool'].filter((program) => !isInstalled(program));
  return missing.length === 0
    ? []
    : [`${missing.join(', ')} missing: apt-get install --no-install-recommends prometheus`];
}

/** A series at an instant. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus on loopback. */
export interface RunningPrometheus {
  /** Evaluates an expression now. Throws if Prometheus does not understand it. */
  query(expression: string): Promise<Sample[]>;
  /** What Prometheus says is wrong with its targets, by job. Empty: nothing. */
  troubles(): Promise<ReadonlyMap<string, string>>;
  stop(): Promise<void>;
}

/** Starts a Prometheus that scrapes each job every second.
 *
 *  @param jobs entries of `scrape_configs` */
export async function startPrometheus(jobs: readonly object[]): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-prometheus-'));
  const port = await freePort();
  const config = { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs: jobs };
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const prometheus = startProcess('prometheus', [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const stop = async (): Promise<void> => {
    await prometheus.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const get = async (path: string): Promise<{ data: never }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${await response.text()}`);
    return (await response.json()) as { data: never };
  };
  try {
    const isReady = (): Promise<boolean> => get('/api/v1/targets').then(Boolean, () => false);
    await until('Prometheus is ready', isReady, { process: prometheus, timeoutMs: 60_000 });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    query: async (expression) => {
      const { data } = await get(`/api/v1/query?query=${encodeURIComponent(expression)}`);
      const { result } = data as { result: { metric: Record<string, string>; value: [number, string] }[] };
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    troubles: async () => {
      const { data } = await get('/api/v1/targets');
      const { activeTargets } = data as { activeTargets: { labels: Record<string, string>; lastError: string }[] };
      return new Map(
        activeTargets.flatMap(({ labels, lastError }) => (lastError ? [[labels['job']!, lastError]] : [])),
      );
    },
  };
}
