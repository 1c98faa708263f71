import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, it } from 'mocha';
import { collectorPath } from '../support/collector-binary.js';
import { startCollector, type CollectorOptions, type RunningCollector } from '../support/collector.js';
import { events, failed, manySessions, renewed, request, spans, stale } from '../support/example-sessions.js';
import type { OtlpRequest, OtlpSpan } from '../support/otlp-json.js';
import { until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { sendOtlp } from '../support/send-otlp.js';

const sample = (backend: string): string => repositoryPath(`otel-config/collector-${backend}.yaml`);

/** Where the Collector of a sample finds the one that stands for the backend. */
type Address = (backend: RunningCollector) => Record<string, string>;

/** Sends requests through the Collector with a sample, and returns what its backend gets. */
async function through(
  name: string,
  address: Address,
  sent: readonly OtlpRequest[],
  standIn?: CollectorOptions,
  expected = 1,
) {
  const backend = await startCollector(standIn);
  try {
    const config = await readFile(sample(name), 'utf8');
    const collector = await startCollector({ config, env: address(backend) });
    try {
      for (const some of sent) await sendOtlp(collector.httpPort, some);
      await until(`${name} gets it`, async () => (await backend.exported()).length >= expected);
    } finally {
      await collector.stop();
    }
  } finally {
    await backend.stop();
  }
  return backend.exported();
}

const spansOf = (requests: readonly OtlpRequest[]): OtlpSpan[] =>
  requests.flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );

/** What must not be lost of a span. */
const essence = ({ traceId, name, attributes, events: spanEvents, links, status }: OtlpSpan): object => ({
  ids: [traceId, ...(links ?? []).map((link) => `${link.traceId}/${link.spanId}`)],
  name,
  attributes,
  events: spanEvents ?? [],
  code: status?.code ?? 0,
});

/** What Loki's OTLP endpoint is to a Collector: the same under another path. */
const likeLoki = {
  receivers: { otlp: { protocols: { http: { logs_url_path: '/otlp/v1/logs' } } } },
  service: { pipelines: { logs: { receivers: ['otlp'], exporters: ['file'] } } },
};

/** What Elasticsearch's OTLP endpoint is to a Collector: the same under other paths. */
const likeElasticsearch = {
  receivers: {
    otlp: {
      protocols: {
        http: {
          metrics_url_path: '/_otlp/v1/metrics',
          logs_url_path: '/_otlp/v1/logs',
          traces_url_path: '/_otlp/v1/traces',
        },
      },
    },
  },
  service: {
    pipelines: Object.fromEntries(
      ['metrics', 'logs', 'traces'].map((signal) => [signal, { receivers: ['otlp'], exporters: ['file'] }]),
    ) as object,
  },
};

const oneMetric: OtlpRequest = {
  resourceMetrics: [
    {
      resource: {},
      scopeMetrics: [
        {
          scope: { name: '@wgotel/core' },
          metrics: [
            {
              name: 'wireguard.device.up',
              gauge: { dataPoints: [{ timeUnixNano: `${Date.now()}000000`, asDouble: 1 }] },
            },
          ],
        },
      ],
    },
  ],
};

describe('the Collector configurations for backends', () => {
  for (const [name, address] of [
    ['tempo', ({ grpcPort }) => ({ TEMPO_ENDPOINT: `127.0.0.1:${grpcPort}` })],
    ['jaeger', ({ grpcPort }) => ({ JAEGER_ENDPOINT: `127.0.0.1:${grpcPort}` })],
  ] as const satisfies readonly (readonly [string, Address])[]) {
    it(`give ${name} spans with their ids, events, links and status`, async () => {
      const arrived = spansOf(await through(name, address, [spans]));
      for (const sent of [renewed, failed, request]) {
        const [span, ...more] = arrived.filter(({ spanId }) => spanId === sent.spanId);
        assert.ok(span !== undefined && more.length === 0, `${sent.name} once`);
        assert.deepEqual(essence(span), essence(sent));
      }
    });
  }

  it('send no more at once than a receiver takes by default', async () => {
    const address: Address = ({ grpcPort }) => ({ TEMPO_ENDPOINT: `127.0.0.1:${grpcPort}` });
    const sent = Array.from({ length: 4 }, () => manySessions(2000));
    assert.equal(spansOf(await through('tempo', address, sent)).length, 8000);
  });

  it('give loki events whose name is an attribute too', async () => {
    const address: Address = ({ httpPort }) => ({ LOKI_ENDPOINT: `http://127.0.0.1:${httpPort}/otlp` });
    const requests = await through('loki', address, [events], { config: likeLoki });
    const records = requests.flatMap(({ resourceLogs = [] }) =>
      resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap((scope) => scope.logRecords)),
    );
    assert.equal(records.length, 1);
    const [record] = records;
    const { eventName, body, traceId, spanId, severityNumber } = stale;
    for (const [key, value] of Object.entries({ eventName, body, traceId, spanId, severityNumber })) {
      assert.deepEqual(record?.[key as keyof typeof record], value, key);
    }
    assert.deepEqual(record?.attributes, [
      ...(stale.attributes ?? []),
      { key: 'event_name', value: { stringValue: eventName } },
    ]);
  });

  for (const [name, config, address] of [
    [
      'elasticsearch',
      likeElasticsearch,
      ({ httpPort }) => ({
        ELASTICSEARCH_ENDPOINT: `http://127.0.0.1:${httpPort}/_otlp`,
        ELASTICSEARCH_API_KEY: 'secret',
      }),
    ],
    ['opensearch', undefined, ({ grpcPort }) => ({ DATA_PREPPER_ENDPOINT: `127.0.0.1:${grpcPort}` })],
    ['splunk', undefined, ({ httpPort }) => ({ SPLUNK_OTLP_ENDPOINT: `http://127.0.0.1:${httpPort}` })],
  ] as const satisfies readonly (readonly [string, object | undefined, Address])[]) {
    it(`give ${name} metrics, events and spans`, async () => {
      const sent = [oneMetric, events, spans];
      const requests = await through(name, address, sent, config && { config }, sent.length);
      const kinds = requests.flatMap((each) => Object.keys(each));
      assert.deepEqual(new Set(kinds), new Set(['resourceMetrics', 'resourceLogs', 'resourceSpans']));
      assert.ok(spansOf(requests).some(({ spanId }) => spanId === renewed.spanId));
    });
  }

  it('go together', async () => {
    const env = { TEMPO_ENDPOINT: '127.0.0.1:1', LOKI_ENDPOINT: 'http://127.0.0.1:1/otlp' };
    const args = ['tempo', 'loki'].map((name) => `--config=${sample(name)}`);
    await execa(collectorPath() ?? '', ['validate', ...args], { env });
  });

  for (const name of ['tempo', 'jaeger', 'loki', 'elasticsearch', 'opensearch', 'splunk']) {
    it(`send nothing anywhere until ${name} has an address`, async () => {
      const validate = execa(collectorPath() ?? '', ['validate', `--config=${sample(name)}`]);
      await assert.rejects(validate, /endpoint/);
    });
  }
});
