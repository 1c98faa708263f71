import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TcpProxy } from '../agent/exporter/tcp-proxy.js';
import { startCollector } from '../support/collector.js';
import { startPrometheus } from '../support/prometheus.js';
import { gatewayFile, startMetricsGateway } from './gateway-tiers.js';

/** What is measured of a run, besides the agents. */
export interface Setting {
  readonly grpcPort: number;
  readonly pids: Readonly<Record<string, number>>;
  /** Numbers that grow, such as bytes sent. */
  readonly counters: () => Promise<Readonly<Record<string, number>>>;
  /** How many series there are at the end, by name of the metric. */
  readonly series: () => Promise<[name: string, series: number][]>;
  readonly stop: () => Promise<unknown>;
}

/** The setting of the test. */
export async function toFile(): Promise<Setting> {
  const folder = await mkdtemp(join(tmpdir(), 'wgotel-measure-'));
  const path = join(folder, 'arrivals');
  const others = { receivers: ['otlp'], exporters: ['file'] };
  const pipelines = { metrics: { receivers: ['otlp'], exporters: ['file/all'] }, logs: others, traces: others };
  const config = { exporters: { 'file/all': { path, format: 'proto' } }, service: { pipelines } };
  const collector = await startCollector({ config });
  return {
    grpcPort: collector.grpcPort,
    pids: { Collector: collector.pid },
    counters: async () => ({ 'before compression, bytes': (await stat(path)).size }),
    series: async () => [],
    stop: async () => {
      await collector.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Metrics alone: without Kafka and Tempo. */
export async function throughTiers(): Promise<Setting> {
  const prometheus = await startPrometheus([], { remoteWrite: true });
  const proxy = await TcpProxy.start(Number(new URL(prometheus.url).port));
  const gateway = await startMetricsGateway(`http://127.0.0.1:${proxy.port}/api/v1/write`);
  const env = { GATEWAYS_NAME: '127.0.0.1', GATEWAYS_PORT: String(gateway.grpcPort) };
  const balancer = await startCollector({ config: await gatewayFile('balancer'), env });
  return {
    grpcPort: balancer.grpcPort,
    pids: { balancer: balancer.pid, gateway: gateway.pid, Prometheus: prometheus.pid },
    counters: async () => ({ 'gateway writes, bytes': proxy.sent }),
    series: async () => {
      // Those with most; a query for all would take minutes.
      const response = await fetch(`${prometheus.url}/api/v1/status/tsdb`);
      const { data } = (await response.json()) as {
        data: { seriesCountByMetricName: { name: string; value: number }[] };
      };
      return data.seriesCountByMetricName
        .filter(({ name }) => name.startsWith('wireguard_'))
        .map(({ name, value }) => [name, value]);
    },
    stop: async () => {
      await Promise.all([balancer.stop(), gateway.stop()]);
      proxy.stop();
      await prometheus.stop();
    },
  };
}
