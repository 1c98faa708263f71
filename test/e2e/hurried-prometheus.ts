import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ALERT_RULES, RECORDING_RULES } from '../support/known-series.js';
import { startPrometheus, type RunningPrometheus } from '../support/prometheus.js';
import { PUBLISHED_INSTANCE } from '../support/published-queries.js';
import { repositoryPath } from '../support/repository.js';

/** By this all durations of the rules are divided, so that the test need not wait for them. */
const FASTER = 10;
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

const shorter = (count: string, unit: string): string => `${(Number(count) * UNITS[unit as 's']) / FASTER}s`;

/** Shortens how long rules wait, and the ranges over which they look. */
function hurried(rules: string): string {
  return rules
    .replace(/^(\s+for: )(\d+)([smhd])$/gm, (_, key: string, count: string, unit: string) => key + shorter(count, unit))
    .replace(/\[(\d+)([smhd])\]/g, (_, count: string, unit: string) => `[${shorter(count, unit)}]`);
}

/** What node_exporter says of an interface. */
const NODE_EXPORTER = ['receive_errs', 'transmit_errs', 'receive_drop', 'transmit_drop']
  .map((what) => `# TYPE node_network_${what}_total counter\nnode_network_${what}_total{device="wg0"} 7\n`)
  .join('');

/** What a Prometheus is to scrape on loopback. */
export interface Targets {
  /** The port of a Collector, which is scraped as our sample says. */
  readonly collector: number;
  /** The ports of pages, by job. */
  readonly pages: Readonly<Record<string, number>>;
}

/**
 * Starts a Prometheus that scrapes them and a node_exporter, with our rules, which are in a hurry.
 *
 *  @param folder where files are written */
export async function startHurriedPrometheus(
  folder: string,
  { collector, pages }: Targets,
): Promise<RunningPrometheus> {
  const rules = [RECORDING_RULES, ALERT_RULES].map((path, index) => ({ path, file: join(folder, `${index}.yaml`) }));
  for (const { path, file } of rules) {
    await writeFile(file, hurried(await readFile(repositoryPath(path), 'utf8')));
  }
  const nodeExporter = createServer((_, response) => response.end(NODE_EXPORTER)).listen(0, '127.0.0.1');
  await once(nodeExporter, 'listening');
  const sample = parse(await readFile(repositoryPath('otel-config/prometheus/prometheus.yaml'), 'utf8')) as {
    scrape_configs: { job_name: string }[];
  };
  const at = (port: number, labels: object = {}): object => ({
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels }],
  });
  const jobs = [
    { ...sample.scrape_configs.find(({ job_name: name }) => name === 'collector'), ...at(collector) },
    { job_name: 'node', ...at((nodeExporter.address() as AddressInfo).port) },
    ...Object.entries(pages).map(([name, port]) => ({ job_name: name, ...at(port, { instance: PUBLISHED_INSTANCE }) })),
  ];
  try {
    const prometheus = await startPrometheus(jobs, { rules: rules.map(({ file }) => file), lookback: '20m' });
    const stop = async (): Promise<void> => {
      await prometheus.stop();
      nodeExporter.close();
    };
    return { ...prometheus, stop };
  } catch (error) {
    nodeExporter.close();
    throw error;
  }
}
