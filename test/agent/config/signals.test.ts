import assert from 'node:assert/strict';
import type { Configuration } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { problems, read } from './config.js';

const P = 'OTEL_EXPORTER_OTLP_';

/** Where each signal goes, such as `otlp_grpc h:1`. */
function routes({ exporters, pipelines }: Configuration): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(pipelines).map(([name, { signal, exporters: ids }]) => [
      name,
      ids.map((id) => {
        const config = exporters[id]![signal]!;
        return `${id} ${config.type === 'otlp_grpc' ? config.target : config.url}`;
      }),
    ]),
  );
}

describe('signals', () => {
  for (const [what, env, expected] of [
    [
      'all go where the general endpoint says',
      { ENDPOINT: 'http://h:1' },
      { metrics: ['otlp_grpc h:1'], logs: ['otlp_grpc h:1'], traces: ['otlp_grpc h:1'] },
    ],
    [
      'over HTTP each goes to its own path',
      { ENDPOINT: 'http://h:1/x/', PROTOCOL: 'http/protobuf' },
      {
        metrics: ['otlp_http http://h:1/x/v1/metrics'],
        logs: ['otlp_http http://h:1/x/v1/logs'],
        traces: ['otlp_http http://h:1/x/v1/traces'],
      },
    ],
    [
      'one with an endpoint of its own goes there',
      { ENDPOINT: 'http://h:1', LOGS_ENDPOINT: 'http://l:2' },
      { metrics: ['otlp_grpc h:1'], logs: ['otlp_grpc l:2'], traces: ['otlp_grpc h:1'] },
    ],
    [
      'only the one that has an endpoint is sent',
      { TRACES_ENDPOINT: 'http://t:3', HEADERS: 'a=b' },
      { metrics: [], logs: [], traces: ['otlp_grpc t:3'] },
    ],
    [
      'an address of its own is taken as it is over HTTP',
      { PROTOCOL: 'http/json', ENDPOINT: 'http://h:1', LOGS_ENDPOINT: 'http://l:2/in' },
      {
        metrics: ['otlp_http http://h:1/v1/metrics'],
        logs: ['otlp_http http://l:2/in'],
        traces: ['otlp_http http://h:1/v1/traces'],
      },
    ],
    [
      'one may have a protocol of its own',
      { ENDPOINT: 'http://h:1', TRACES_PROTOCOL: 'http/protobuf' },
      { metrics: ['otlp_grpc h:1'], logs: ['otlp_grpc h:1'], traces: ['otlp_http http://h:1/v1/traces'] },
    ],
  ] as const) {
    it(`by the environment: ${what}`, () => {
      const variables = Object.fromEntries(Object.entries(env).map(([name, value]) => [`${P}${name}`, value]));
      const configuration = read(undefined, variables);
      assert.deepEqual(routes(configuration), expected);
      assert.deepEqual(configuration.warnings, []);
    });
  }

  it('have settings of their own in the environment, beside those for all', () => {
    const { exporters } = read(undefined, {
      [`${P}ENDPOINT`]: 'http://h:1',
      [`${P}HEADERS`]: 'a=all,b=all',
      [`${P}LOGS_HEADERS`]: 'b=logs',
      [`${P}TRACES_TIMEOUT`]: '70',
      [`${P}LOGS_COMPRESSION`]: 'none',
    });
    const { metrics, logs, traces } = exporters['otlp_grpc']!;
    assert.deepEqual(
      [metrics?.headers, logs?.headers, traces?.headers],
      [
        { a: 'all', b: 'all' },
        { a: 'all', b: 'logs' },
        { a: 'all', b: 'all' },
      ],
    );
    assert.deepEqual([metrics?.timeout, logs?.timeout, traces?.timeout], [10_000, 10_000, 70]);
    assert.ok(logs?.type === 'otlp_grpc' && logs.compression === 'none');
  });

  it('of the environment lie over the file, and --endpoint over both', () => {
    const file = 'exporters: { otlp_http: { endpoint: "http://f:1", logs_endpoint: "http://f:2/l" } }';
    const env = { [`${P}PROTOCOL`]: 'http/protobuf', [`${P}TRACES_ENDPOINT`]: 'http://t:3/t' };
    assert.deepEqual(routes(read(file, env)), {
      metrics: ['otlp_http http://f:1/v1/metrics'],
      logs: ['otlp_http http://f:2/l'],
      traces: ['otlp_http http://t:3/t'],
    });
    assert.deepEqual(routes(read(file, env, { endpoint: 'http://flag:4' })), {
      metrics: ['otlp_http http://flag:4/v1/metrics'],
      logs: ['otlp_http http://flag:4/v1/logs'],
      traces: ['otlp_http http://flag:4/v1/traces'],
    });
  });

  it('are turned off by their variable, whatever the file says', () => {
    const env = { [`${P}ENDPOINT`]: 'http://h:1', OTEL_LOGS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'otlp' };
    assert.deepEqual(Object.keys(read(undefined, env).pipelines), ['metrics', 'traces']);
    const file = `exporters: { otlp_grpc: { endpoint: 'h:1' } }
service: { pipelines: { logs: { receivers: [wireguard] }, metrics/a: { receivers: [wireguard] } } }`;
    assert.deepEqual(Object.keys(read(file, env).pipelines), ['metrics/a']);
    assert.deepEqual(read(undefined, { OTEL_METRICS_EXPORTER: 'prometheus' }).warnings, [
      'OTEL_METRICS_EXPORTER: not used, as only otlp and none are known here',
    ]);
  });

  it('are told all that is wrong at once, each variable once', () => {
    const found = problems(undefined, {
      [`${P}ENDPOINT`]: 'http://h:1/path',
      [`${P}LOGS_ENDPOINT`]: 'nonsense://x',
      [`${P}TRACES_TIMEOUT`]: 'soon',
      [`${P}LOGS_HEADERS`]: 'hidden',
      [`${P}METRICS_PROTOCOL`]: 'carrier/pigeon',
    });
    assert.deepEqual(
      found.map((problem) => problem.split(':', 1)[0]),
      [`${P}ENDPOINT`, `${P}LOGS_ENDPOINT`, `${P}LOGS_HEADERS`, `${P}METRICS_PROTOCOL`, `${P}TRACES_TIMEOUT`],
    );
  });

  it('go to exporters that can take them only', () => {
    const text = (pipelines: string): string => `exporters:
  webhook/ops: { endpoint: 'https://hooks.example/T0/s3cr3t' }
  otlp_http: { traces_endpoint: 'http://h:1/t' }
${pipelines}`;
    assert.deepEqual(routes(read(text(''))), {
      metrics: [],
      logs: ['webhook/ops https://hooks.example/T0/s3cr3t'],
      traces: ['otlp_http http://h:1/t'],
    });
    const wrong = `service: { pipelines: { traces: { receivers: [wireguard], exporters: [webhook/ops] }, logs: { receivers: [wireguard], exporters: [otlp_http] } } }`;
    assert.deepEqual(problems(text(wrong)), [
      'w.yaml:4:71 service.pipelines.traces.exporters[0]: webhook/ops does not take traces, only logs',
      'w.yaml:4:131 service.pipelines.logs.exporters[0]: otlp_http does not take logs, only traces',
    ]);
  });
});

describe('a webhook', () => {
  it('has defaults: warnings as JSON, given up after five minutes', () => {
    const { exporters } = read('exporters: { webhook: { endpoint: "http://h:1/x?token=1" } }');
    const { logs, ...rest } = exporters['webhook']!;
    assert.ok(logs?.type === 'webhook');
    assert.deepEqual(rest, {});
    assert.deepEqual(
      [logs.url, logs.format, logs.events, logs.retry.maxElapsedTime, logs.timeout],
      ['http://h:1/x?token=1', 'json', undefined, 300_000, 10_000],
    );
  });

  for (const address of ['ftp://hooks.example/s3cr3t', 'hooks.example/s3cr3t', 'https://u:s3cr3t@hooks.example/']) {
    it(`is refused for ${address.split('s3cr3t', 1)[0]}…, without showing it`, () => {
      const found = problems(`exporters: { webhook: { endpoint: '${address}', format: telegram } }`);
      assert.deepEqual(found, [
        'w.yaml:1:35 exporters.webhook.endpoint: expected http://… or https://…, without user',
        `w.yaml:1:${47 + address.length} exporters.webhook.format: expected one of json, slack, ntfy, not 'telegram'`,
      ]);
    });
  }
});
