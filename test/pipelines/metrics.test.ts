import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { startCollector } from '../support/collector.js';
import { events, spans } from '../support/example-sessions.js';
import { fullCollectorPath } from '../support/full-collector-binary.js';
import { startKafka } from '../support/kafka-broker.js';
import { ALERT_RULES, knownSeries, RECORDING_RULES } from '../support/known-series.js';
import { until } from '../support/process.js';
import { startPrometheus } from '../support/prometheus.js';
import { repositoryPath } from '../support/repository.js';
import { sendOtlp } from '../support/send-otlp.js';
import { feed } from './agent.js';

const sample = (name: string): Promise<string> =>
  readFile(repositoryPath(`otel-config/collector-${name}.yaml`), 'utf8');

async function startFull(name: string, env: Readonly<Record<string, string>>) {
  return startCollector({ binary: fullCollectorPath(), config: await sample(name), env });
}

describe('collector-remote-write.yaml', () => {
  it('writes to a real Prometheus what rules and dashboards ask for', async () => {
    const rules = [RECORDING_RULES, ALERT_RULES].map((path) => repositoryPath(path));
    const prometheus = await startPrometheus([], { rules, remoteWrite: true });
    const collector = await startFull('remote-write', { REMOTE_WRITE_ENDPOINT: `${prometheus.url}/api/v1/write` });
    const agent = await feed(collector);
    try {
      const selector = '{host_name="gateway", job="wgotel", instance!=""}';
      await until('what the rules record', async () => {
        const sums = await prometheus.query(`device:wireguard_peer_io_bytes:rate1m${selector}`);
        return sums.length === 2;
      });
      assert.equal((await prometheus.query(`wireguard_peer_io_bytes_total${selector}`)).length, 2 * 3);
      await until('what another group of rules records', async () => {
        return (await prometheus.query(`instance:wgotel_agent:present${selector}`)).length === 1;
      });
      const known = knownSeries();
      const found = await prometheus.query('group by (__name__) ({__name__=~"wireguard.*|wgotel.*"})');
      const names = found.map(({ labels }) => labels['__name__']!);
      assert.deepEqual(
        names.filter((name) => !known.has(name)),
        [],
      );
      assert.ok(names.length > 5, names.join());
    } finally {
      await agent.stop();
      await collector.stop();
      await prometheus.stop();
    }
  });
});

describe('the hostmetrics receiver', () => {
  it('counts errors and drops of interfaces under the names that the rules ask for', async () => {
    const prometheus = await startPrometheus([], { remoteWrite: true });
    const config = {
      receivers: { host_metrics: { collection_interval: '1s', initial_delay: '0s', scrapers: { network: {} } } },
      exporters: { prometheus_remote_write: { http: { endpoint: `${prometheus.url}/api/v1/write` } } },
      service: { pipelines: { metrics: { receivers: ['host_metrics'], exporters: ['prometheus_remote_write'] } } },
    };
    const collector = await startCollector({ binary: fullCollectorPath(), config });
    try {
      for (const name of ['system_network_errors_total', 'system_network_dropped_total']) {
        const query = `sum by (direction) (${name}{device="lo"})`;
        const series = await until(name, async () => {
          const found = await prometheus.query(query);
          return found.length > 0 && found;
        });
        const directions = series.map(({ labels }) => labels['direction']);
        assert.deepEqual(new Set(directions), new Set(['receive', 'transmit']));
      }
    } finally {
      await collector.stop();
      await prometheus.stop();
    }
  });
});

describe('collector-influxdb.yaml', () => {
  it('writes lines of metrics and events', async () => {
    const lines: string[] = [];
    const asked = new Set<string>();
    const influx = createServer((request, response) => {
      asked.add(`${request.method} ${request.url} ${request.headers.authorization}`);
      void buffer(request).then((body) => {
        const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
        lines.push(...text.toString().trim().split('\n'));
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(influx, 'listening');
    const { port } = influx.address() as AddressInfo;
    const collector = await startFull('influxdb', {
      INFLUXDB_ENDPOINT: `http://127.0.0.1:${port}`,
      INFLUXDB_ORG: 'operations',
      INFLUXDB_BUCKET: 'wireguard',
      INFLUXDB_TOKEN: 'secret',
    });
    const agent = await feed(collector);
    try {
      await sendOtlp(collector.httpPort, events);
      const find = (start: string): string | undefined => lines.find((line) => line.startsWith(start));
      const io = await until('metrics', () => find('wireguard.peer.io,'));
      assert.match(io, /^wireguard\.peer\.io,\S*host\.name=gateway,network\.interface\.name=wg0,\S* \S+ \d{19}$/);
      assert.match(io, /,wireguard\.peer\.id=[0-9a-f]{16}[, ]/);
      assert.match(io, /[, ]counter=\d+i[, ]/);
      const event = await until('an event', () => find('logs,'));
      assert.match(event, /^logs,\S*wireguard\.peer\.id=[0-9a-f]{16}\S* .*body="[^"]+".* \d{19}$/);
      assert.deepEqual([...asked], ['POST /api/v2/write?bucket=wireguard&org=operations&precision=ns Token secret']);
    } finally {
      await agent.stop();
      await collector.stop();
      influx.closeAllConnections();
      influx.close();
    }
  });
});

describe('collector-kafka.yaml', () => {
  it('produces OTLP to a topic for each signal', async () => {
    const kafka = await startKafka(['otlp_metrics', 'otlp_logs', 'otlp_spans']);
    const collector = await startFull('kafka', { KAFKA_BROKER: kafka.address });
    const agent = await feed(collector);
    try {
      await sendOtlp(collector.httpPort, events);
      await sendOtlp(collector.httpPort, spans);
      for (const [topic, name] of [
        ['otlp_metrics', 'wireguard.peer.io'],
        ['otlp_logs', 'wireguard.peer.state.changed'],
        ['otlp_spans', 'wireguard.session'],
      ] as const) {
        await until(`${name} in ${topic}`, () =>
          kafka.records().some((record) => record.topic === topic && record.value.includes(name)),
        );
      }
    } finally {
      await agent.stop();
      await collector.stop();
      await kafka.stop();
    }
  });
});

describe('the Collector configurations for further backends', () => {
  for (const name of ['remote-write', 'journal']) {
    it(`send nothing anywhere until ${name} has an address`, async () => {
      const config = repositoryPath(`otel-config/collector-${name}.yaml`);
      await assert.rejects(execa(fullCollectorPath() ?? '', ['validate', `--config=${config}`]), /endpoint/);
    });
  }
});
