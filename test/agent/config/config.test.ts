import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { problems, read } from './config.js';

const P = 'OTEL_EXPORTER_OTLP_';

describe('configuration', () => {
  it('has defaults for everything, no exporter that sends, and a page on loopback', () => {
    const { receivers, ...rest } = read(undefined);
    assert.deepEqual(rest, {
      exporters: {},
      pages: {
        prometheus: {
          type: 'prometheus',
          listen: { host: '127.0.0.1', isInterface: false, port: 9586 },
          profiles: { native: {} },
          webConfigFile: undefined,
          explicit: false,
          receivers: ['wireguard'],
        },
      },
      textfiles: {},
      pipelines: {
        metrics: { signal: 'metrics', receivers: ['wireguard'], exporters: [] },
        logs: { signal: 'logs', receivers: ['wireguard'], exporters: [] },
        traces: { signal: 'traces', receivers: ['wireguard'], exporters: [] },
      },
      health: { host: '127.0.0.1', port: 9587, explicit: false },
      stateSocket: { path: '/run/wgotel/state/wgotel.sock', group: undefined, mode: 0o660, explicit: false },
      telemetry: { logs: { level: 'info', encoding: 'console' }, metrics: { enabled: true }, resource: {} },
      warnings: [],
    });
    assert.deepEqual(receivers, {
      wireguard: {
        source: 'auto',
        sourceOptions: {
          directory: undefined,
          command: undefined,
          read: undefined,
          netns: undefined,
          file: undefined,
          socket: undefined,
        },
        collectionInterval: 15_000,
        initialDelay: 1000,
        timeout: 10_000,
        heartbeat: undefined,
        storage: undefined,
        peerLimit: 10_000,
        include: undefined,
        exclude: undefined,
        metrics: {},
        events: {},
        sessionMode: 'auto',
        resourceAttributes: {},
        identity: { mode: 'hash', hmacKey: undefined },
        endpoints: 'full',
        names: { peers: {}, files: [], configurationFiles: [] },
        drift: { files: [], endpointNames: false },
        peers: [],
        devices: [],
      },
    });
  });

  it('reads a file with everything in it', () => {
    const { receivers, exporters, pipelines, telemetry, health, warnings } = read(
      `
receivers:
  wireguard/branch:
    source: wg-show
    command: [sudo, -n, wg]
    read: public
    netns: [blue, pid:7]
    collection_interval: 70s
    heartbeat: 3m30s
    initial_delay: 0
    timeout: 300ms
    peer_limit: 0
    include: { interfaces: '(?i)^WG', match_type: regexp }
    exclude: { interfaces: [wg9] }
    metrics:
      wireguard.peer.io: { attributes: [network.interface.name, network.io.direction], aggregation_strategy: sum }
      wireguard.peer.up: { enabled: false }
    events: { wireguard.peer.connected: { enabled: true }, wireguard.peer.added: { enabled: false } }
    sessions: { mode: changes }
    resource_attributes: { host.id: { enabled: false } }
    identity: { mode: full }
    endpoints: subnet
    names: { peers: { JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=: alice }, files: names.csv }
    peers: [{ pattern: '^site-', expect: site, stale_after: 10m }, { id: 0123456789abcdef, expect: auto }]
    devices: [{ name: wg0, netns: blue }]
exporters:
  otlp_grpc: { endpoint: 'collector:4317', tls: { insecure: true } }
  otlp_http/b: { endpoint: 'https://c.example:\${file:/port}/', encoding: json, headers: { a: 'x \${env:TOKEN} $$1' } }
extensions:
  health: { endpoint: '[::1]:9000' }
service:
  extensions: [health]
  telemetry: { logs: { level: DEBUG, encoding: json }, metrics: { level: none }, resource: { service.name: edge } }
  pipelines:
    metrics: { receivers: [wireguard/branch], exporters: [otlp_grpc, otlp_http/b] }
`,
      { TOKEN: '5' },
    );
    const { sourceOptions, ...receiver } = receivers['wireguard/branch']!;
    assert.deepEqual(sourceOptions, {
      directory: undefined,
      command: ['sudo', '-n', 'wg'],
      read: 'public',
      netns: ['blue', 'pid:7'],
      file: undefined,
      socket: undefined,
    });
    assert.deepEqual(receiver, {
      source: 'wg-show',
      collectionInterval: 70_000,
      initialDelay: 0,
      timeout: 300,
      heartbeat: 210_000,
      storage: undefined,
      peerLimit: 0,
      include: { interfaces: ['(?i)^WG'], matchType: 'regexp' },
      exclude: { interfaces: ['wg9'], matchType: 'strict' },
      metrics: {
        'wireguard.peer.io': {
          attributes: ['network.interface.name', 'network.io.direction'],
          aggregationStrategy: 'sum',
        },
        'wireguard.peer.up': { enabled: false },
      },
      events: { 'wireguard.peer.connected': { enabled: true }, 'wireguard.peer.added': { enabled: false } },
      sessionMode: 'changes',
      resourceAttributes: { 'host.id': { enabled: false } },
      identity: { mode: 'full', hmacKey: undefined },
      endpoints: 'subnet',
      names: {
        peers: { 'JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=': 'alice' },
        files: ['names.csv'],
        configurationFiles: [],
      },
      drift: { files: [], endpointNames: false },
      peers: [
        { name: undefined, id: undefined, pattern: '^site-', device: undefined, expect: 'site', staleAfter: 600_000 },
        {
          name: undefined,
          id: '0123456789abcdef',
          pattern: undefined,
          device: undefined,
          expect: undefined,
          staleAfter: undefined,
        },
      ],
      devices: [{ name: 'wg0', netns: 'blue', required: true }],
    });
    const [grpc, http] = [exporters['otlp_grpc']?.metrics, exporters['otlp_http/b']?.metrics];
    assert.ok(grpc?.type === 'otlp_grpc' && http?.type === 'otlp_http');
    assert.deepEqual([grpc.target, grpc.tls.insecure], ['collector:4317', true]);
    assert.deepEqual(
      [http.url, http.encoding, http.tls.insecure],
      ['https://c.example:4318/v1/metrics', 'json', false],
    );
    assert.deepEqual(http.headers, { a: 'x 5 $1' });
    assert.deepEqual(pipelines, {
      metrics: { signal: 'metrics', receivers: ['wireguard/branch'], exporters: ['otlp_grpc', 'otlp_http/b'] },
    });
    assert.deepEqual(health, { host: '::1', port: 9000, explicit: true });
    assert.deepEqual(telemetry, {
      logs: { level: 'debug', encoding: 'json' },
      metrics: { enabled: false },
      resource: { 'service.name': 'edge' },
    });
    assert.deepEqual(warnings, []);
  });

  it('takes flags before the environment, and that before the file', () => {
    const text = `
receivers: { wireguard: { timeout: 1s, collection_interval: 1s }, wireguard/b: { timeout: 2s } }
exporters: { otlp_grpc: { endpoint: 'file:1', timeout: 1s, compression: none } }
service: { telemetry: { resource: { service.name: file, a: file, b: file } } }`;
    const env = {
      [`${P}ENDPOINT`]: 'http://env:2',
      [`${P}TIMEOUT`]: '2000',
      OTEL_SERVICE_NAME: 'env',
      OTEL_RESOURCE_ATTRIBUTES: 'a=env',
    };
    const { receivers, exporters, telemetry } = read(text, env, {
      timeout: '3s',
      endpoint: 'http://flag:3',
      source: 'uapi',
    });
    const { wireguard, 'wireguard/b': other } = receivers;
    assert.deepEqual([wireguard?.timeout, other?.timeout, wireguard?.collectionInterval], [3000, 3000, 1000]);
    assert.deepEqual([wireguard?.source, other?.source], ['uapi', 'uapi']);
    const exporter = exporters['otlp_grpc']?.metrics;
    assert.ok(exporter?.type === 'otlp_grpc');
    assert.deepEqual([exporter.target, exporter.timeout, exporter.compression], ['flag:3', 2000, 'none']);
    assert.deepEqual(telemetry.resource, { 'service.name': 'env', a: 'env', b: 'file' });
  });

  it('takes the environment: what is for metrics first, and empty for unset', () => {
    const { exporters } = read(undefined, {
      [`${P}METRICS_ENDPOINT`]: 'http://metrics:2',
      [`${P}ENDPOINT`]: 'http://all:3',
      [`${P}COMPRESSION`]: 'none',
      [`${P}METRICS_COMPRESSION`]: '',
      [`${P}TIMEOUT`]: '1500',
      [`${P}PROTOCOL`]: 'grpc',
      [`${P}HEADERS`]: 'authorization=Basic%20YTpi, x-a = 1,,',
      [`${P}METRICS_HEADERS`]: 'x-a=2',
    });
    const exporter = exporters['otlp_grpc']?.metrics;
    assert.ok(exporter?.type === 'otlp_grpc');
    const { target, headers, compression, timeout } = exporter;
    assert.deepEqual([target, compression, timeout], ['metrics:2', 'none', 1500]);
    assert.deepEqual(headers, { authorization: 'Basic YTpi', 'x-a': '2' });
  });

  for (const [protocol, endpoint, url, encoding] of [
    ['http/protobuf', 'ENDPOINT', 'http://h:1/v1/metrics', 'proto'],
    ['http/json', 'METRICS_ENDPOINT', 'http://h:1/', 'json'],
  ] as const) {
    it(`sends over ${protocol} to the address in ${endpoint}`, () => {
      const { exporters } = read(undefined, { [`${P}PROTOCOL`]: protocol, [`${P}${endpoint}`]: 'http://h:1' });
      const exporter = exporters['otlp_http']?.metrics;
      assert.ok(exporter?.type === 'otlp_http');
      assert.deepEqual([exporter.url, exporter.encoding, exporter.tls.insecure], [url, encoding, true]);
    });
  }

  for (const [endpoint, insecure, target, plain] of [
    ['http://h', undefined, 'h:4317', true],
    ['https://h', undefined, 'h:443', false],
    ['https://[::1]:4317/', 'true', '[::1]:4317', false],
    ['h:1', undefined, 'h:1', false],
    ['h:1', 'true', 'h:1', true],
  ] as const) {
    it(`takes ${endpoint}${insecure === undefined ? '' : ', insecure,'} for ${target}`, () => {
      const { exporters } = read(undefined, {
        [`${P}ENDPOINT`]: endpoint,
        ...(insecure !== undefined && { [`${P}INSECURE`]: insecure }),
      });
      const exporter = exporters['otlp_grpc']?.metrics;
      assert.ok(exporter?.type === 'otlp_grpc');
      assert.deepEqual([exporter.target, exporter.tls.insecure], [target, plain]);
    });
  }

  it('takes the environment for an exporter under its old name', () => {
    const { exporters } = read('exporters: { otlp: { endpoint: "h:1" } }', { [`${P}TIMEOUT`]: '7' });
    assert.deepEqual(
      Object.entries(exporters).map(([id, { metrics }]) => [id, metrics?.timeout]),
      [['otlp_grpc', 7]],
    );
  });

  it('leaves the environment out where the file has other exporters only, and says so', () => {
    const env = { [`${P}ENDPOINT`]: 'http://h:1' };
    const { exporters, warnings } = read('exporters: { otlp_http: { endpoint: "http://x:1" } }', env);
    assert.deepEqual(Object.keys(exporters), ['otlp_http']);
    assert.deepEqual(warnings, [`${P}ENDPOINT: not used, as the file has exporters, and none of them is otlp_grpc`]);
  });

  it('warns of what does nothing here, once for each', () => {
    const { exporters, warnings, pipelines } = read(`
exporters:
  otlp: { endpoint: 'h:1', wait_for_ready: true, sending_queue: { num_consumers: 4, batch: { min_size: 1 } } }
  otlp_http/unused: { endpoint: 'http://h:2' }
service:
  pipelines: { metrics: { receivers: [wireguard], exporters: [otlp] } }
`);
    assert.deepEqual(Object.keys(exporters), ['otlp_grpc', 'otlp_http/unused']);
    assert.deepEqual(pipelines['metrics']?.exporters, ['otlp_grpc']);
    assert.deepEqual(warnings, [
      'w.yaml:3:3 exporters.otlp: otlp is deprecated: use otlp_grpc',
      'w.yaml:3:28 exporters.otlp.wait_for_ready: this key of the Collector does nothing here: what can not be sent is tried again',
      'w.yaml:3:67 exporters.otlp.sending_queue.num_consumers: this key of the Collector does nothing here: requests are sent one after the other, in order',
      'w.yaml:3:94 exporters.otlp.sending_queue.batch.min_size: this key of the Collector does nothing here: requests are cut by size, up to 3.5 MiB each',
      'w.yaml:4:3 exporters.otlp_http/unused: is in no pipeline, so it is not used',
    ]);
  });

  it('keeps a queue on disk where its storage says, and gives nothing up then', () => {
    const { exporters, warnings } = read(`
exporters:
  otlp: { endpoint: 'h:1', sending_queue: { storage: file_storage/q, queue_size: 4096 }, retry_on_failure: { max_elapsed_time: 5m } }
  otlp_http: { endpoint: 'http://h:2' }
extensions: { file_storage/q: { directory: /q, fsync: true } }
service: { extensions: [file_storage/q] }
`);
    const { metrics, traces } = exporters['otlp_grpc']!;
    assert.deepEqual(metrics?.queue, { limit: 4096, storage: '/q', fsync: true });
    assert.deepEqual([traces?.queue, metrics.retry.maxElapsedTime], [metrics.queue, 0]);
    assert.deepEqual(exporters['otlp_http']?.metrics?.queue, {
      limit: 64 * 1024 * 1024,
      storage: undefined,
      fsync: false,
    });
    assert.deepEqual(warnings, [
      'w.yaml:3:3 exporters.otlp: otlp is deprecated: use otlp_grpc',
      'w.yaml:3:110 exporters.otlp.retry_on_failure.max_elapsed_time: does nothing with sending_queue.storage: nothing is given up',
    ]);
  });

  it('takes a text that was read as a number for the text it is', () => {
    const { exporters } = read('exporters: { otlp_grpc: { endpoint: "h:1", headers: { a: "${env:N}" } } }', {
      N: '007',
    });
    assert.deepEqual(exporters['otlp_grpc']?.metrics?.headers, { a: '007' });
  });

  it('takes the default of a variable that is not set', () => {
    const { receivers } = read('receivers: { wireguard: { peer_limit: "${env:N:-7}", timeout: "${T:-2s}" } }');
    assert.deepEqual([receivers['wireguard']?.peerLimit, receivers['wireguard']?.timeout], [7, 2000]);
  });

  it('takes an empty file for no file, and headers as pairs', () => {
    assert.deepEqual(read(''), read(undefined));
    const { exporters } = read('exporters: { otlp_grpc: { endpoint: "h:1", headers: [{ name: a, value: b }] } }');
    assert.deepEqual(exporters['otlp_grpc']?.metrics?.headers, { a: 'b' });
  });

  it('says at once what is wrong with flags and environment', () => {
    const env = { [`${P}HEADERS`]: 'hidden', [`${P}PROTOCOL`]: 'carrier/pigeon', [`${P}ENDPOINT`]: 'http://u:pw@h:1' };
    const found = problems(undefined, env, { interval: '5', source: 'x', peerLimit: '-1', logLevel: 'loud' });
    assert.deepEqual(found, [
      "--interval: expected a duration such as 300ms, 15s or 1m30s, at least 1 ms, not '5'",
      "--log-level: expected one of debug, info, warn, error, not 'loud'",
      "--peer-limit: expected a number, not '-1'",
      "--source: expected one of auto, uapi, netlink, wg-show, reader, recorded, not 'x'",
      'OTEL_EXPORTER_OTLP_ENDPOINT: expected HOST:PORT, http://HOST:PORT or https://HOST:PORT, without user, path and query',
      'OTEL_EXPORTER_OTLP_HEADERS: entry 1 is not of the form key=value',
      "OTEL_EXPORTER_OTLP_PROTOCOL: expected one of grpc, http/protobuf, http/json, not 'carrier/pigeon'",
    ]);
  });
});

describe('the identity of peers', () => {
  const KEY = 'a key of at least thirty-two bytes';
  const identityOf = (text: string, env = {}) =>
    read(`receivers: { wireguard: { ${text} } }`, env).receivers['wireguard']!;
  const warningsOf = (text: string, env = {}) => read(`receivers: { wireguard: { ${text} } }`, env).warnings;

  for (const [text, mode, hmacKey] of [
    ['identity: {}', 'hash', undefined],
    ['identity: { mode: hash }', 'hash', undefined],
    ['identity: { mode: full }', 'full', undefined],
    ["identity: { hmac_key: '${env:KEY}' }", 'hmac', KEY],
    ["identity: { mode: hmac, hmac_key: '${env:KEY}' }", 'hmac', KEY],
    // Digits alone are a number to YAML, and a text all the same.
    ["identity: { hmac_key: '${env:DIGITS}' }", 'hmac', '3'.repeat(64)],
  ] as const) {
    it(`is ${mode} with ${text}`, () => {
      const env = { KEY, DIGITS: '3'.repeat(64) };
      assert.deepEqual([identityOf(text, env).identity, warningsOf(text, env)], [{ mode, hmacKey }, []]);
    });
  }

  it('is warned of where its key stands in the file, without the key', () => {
    assert.deepEqual(warningsOf(`identity: { hmac_key: ${KEY} }`), [
      'w.yaml:1:39 receivers.wireguard.identity.hmac_key: stands in the configuration itself: keep it in a file of its own, as ${file:PATH}',
    ]);
  });

  it('leaves no names with hmac, and says so', () => {
    const text = "identity: { hmac_key: '${env:KEY}' }, names: { files: [names.csv] }";
    assert.deepEqual(identityOf(text, { KEY }).names, { peers: {}, files: [], configurationFiles: [] });
    assert.deepEqual(warningsOf(text, { KEY }), [
      'w.yaml:1:65 receivers.wireguard.names: is not used, as peers have no names with identity.mode hmac',
    ]);
  });
});
