import assert from 'node:assert/strict';
import { ConfigError, readConfig, type Config, type Flags } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { readFileSync } from 'node:fs';
import { repositoryPath } from '../../support/repository.js';

type Environment = Readonly<Record<string, string>>;

const P = 'OTEL_EXPORTER_OTLP_';

function otlp(env: Environment, flags: Flags = {}): Config['otlp'] {
  return readConfig(flags, { [`${P}ENDPOINT`]: 'http://h:1', ...env }).otlp;
}

function problems(flags: Flags, env: Environment): readonly string[] {
  try {
    readConfig(flags, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('configuration', () => {
  it('has defaults for everything, and no endpoint', () =>
    assert.deepEqual(readConfig({}, {}), {
      source: 'auto',
      uapiDirectory: undefined,
      interval: 15_000,
      timeout: 10_000,
      peerLimit: undefined,
      logLevel: 'info',
      otlp: undefined,
      resource: {},
    }));

  it('takes flags', () => {
    const { otlp: sent, ...config } = readConfig(
      {
        endpoint: 'http://[::1]:4317',
        interval: '1m30s',
        timeout: '300ms',
        source: 'wg-show',
        uapiDirectory: 'sockets',
        peerLimit: '0',
        logLevel: 'DEBUG',
      },
      {},
    );
    assert.equal(sent?.target, '[::1]:4317');
    assert.deepEqual(config, {
      source: 'wg-show',
      uapiDirectory: 'sockets',
      interval: 90_000,
      timeout: 300,
      peerLimit: 0,
      logLevel: 'debug',
      resource: {},
    });
  });

  it('takes the environment: what is for metrics first, and empty for unset', () =>
    assert.deepEqual(
      otlp({
        [`${P}METRICS_ENDPOINT`]: 'http://metrics:2',
        [`${P}COMPRESSION`]: 'none',
        [`${P}METRICS_COMPRESSION`]: '',
        [`${P}TIMEOUT`]: '1500',
        [`${P}PROTOCOL`]: 'grpc',
        [`${P}HEADERS`]: 'authorization=Basic%20YTpi, x-a = 1,,',
        [`${P}METRICS_HEADERS`]: 'x-a=2',
      }),
      {
        target: 'metrics:2',
        tls: undefined,
        headers: { authorization: 'Basic YTpi', 'x-a': '2' },
        compression: 'none',
        timeout: 1500,
      },
    ));

  it('takes a flag before the environment', () =>
    assert.equal(otlp({}, { endpoint: 'http://flag:3' })?.target, 'flag:3'));

  for (const [endpoint, insecure, target, secure] of [
    ['http://host:4317', '', 'host:4317', false],
    ['http://host', '', 'host:4317', false],
    ['http://host:80/', '', 'host:80', false],
    ['https://host', '', 'host:443', true],
    ['HTTPS://host:4317', 'true', 'host:4317', true],
    ['host', '', 'host:4317', true],
    ['host:1', 'true', 'host:1', false],
    ['[fd00::1]:4317', 'TRUE', '[fd00::1]:4317', false],
  ] as const) {
    it(`understands ${endpoint}${insecure && ', insecure'}`, () => {
      const config = otlp({ [`${P}ENDPOINT`]: endpoint, [`${P}INSECURE`]: insecure });
      assert.equal(config?.target, target);
      assert.equal(config?.tls !== undefined, secure);
    });
  }

  for (const [text, millis] of [
    ['300ms', 300],
    ['1.5h', 5_400_000],
    ['1m30s', 90_000],
    ['.5s', 500],
    ['2000000ns', 2],
    ['1500µs', 1.5],
    ['0', undefined],
    ['0s', undefined],
    ['1us', undefined],
    ['15', undefined],
    ['', undefined],
    ['s', undefined],
    ['1s ', undefined],
    ['-1s', undefined],
    ['1s30', undefined],
    ['1e3s', undefined],
    ['501h', undefined],
  ] as const) {
    it(millis ? `takes '${text}' as ${millis} ms` : `does not take '${text}' as a time`, () => {
      if (millis === undefined)
        assert.match(problems({ interval: text }, {})[0] ?? '', /^--interval: expected a duration/);
      else assert.equal(readConfig({ interval: text }, {}).interval, millis);
    });
  }

  for (const [endpoint, shown] of [
    ['ftp://host:1', true],
    ['http://host:0', true],
    ['http://host:65536', true],
    ['http://host:4318/v1/metrics', true],
    ['http://user:password@host:1', false],
    ['http://host:1?token=password', false],
  ] as const) {
    it(`refuses the endpoint ${endpoint}`, () => {
      const [problem, ...more] = problems({}, { [`${P}ENDPOINT`]: endpoint });
      assert.match(problem ?? '', /^OTEL_EXPORTER_OTLP_ENDPOINT: expected http:\/\/HOST:PORT/);
      assert.equal(problem?.includes(endpoint), shown);
      assert.ok(more.length === 0 && !problem?.includes('password'));
    });
  }

  for (const name of [
    'connection',
    'Keep-Alive',
    'proxy-connection',
    'transfer-encoding',
    'upgrade',
    'http2-settings',
    'te',
    'host',
    'content-length',
    ':path',
    'grpc-timeout',
    'b c',
  ]) {
    it(`refuses the header ${name}`, () => {
      const found = problems({}, { [`${P}HEADERS`]: `x-${name.replace(/\W/g, '')}=1,${name}=SECRET` });
      assert.match(found.join(), new RegExp(`^${P}HEADERS: '${name}' is no header that gRPC can send: [^S]*$`));
    });
  }

  it('refuses an empty folder of sockets', () =>
    assert.deepEqual(problems({ uapiDirectory: '' }, {}), ["--uapi-directory: expected a folder, not ''"]));

  it('lists everything that is wrong at once, and no header values', () => {
    const found = problems(
      { interval: '5', timeout: 'x', source: 'netlink', peerLimit: '-1', logLevel: 'loud', endpoint: 'h:0' },
      {
        [`${P}PROTOCOL`]: 'http/protobuf',
        [`${P}COMPRESSION`]: 'zstd',
        [`${P}TIMEOUT`]: '1s',
        [`${P}INSECURE`]: 'yes',
        [`${P}HEADERS`]: 'SECRET1,a=%SECRET2,b c=SECRET3,d=SECRET4%0a',
        [`${P}METRICS_CERTIFICATE`]: 'no-such-file.pem',
        OTEL_RESOURCE_ATTRIBUTES: 'a',
      },
    );
    assert.deepEqual(
      found.map((problem) => problem.split(':')[0]),
      [
        '--source',
        '--timeout',
        '--interval',
        '--peer-limit',
        '--log-level',
        `${P}PROTOCOL`,
        `${P}INSECURE`,
        `${P}COMPRESSION`,
        `${P}TIMEOUT`,
        `${P}HEADERS`,
        `${P}HEADERS`,
        `${P}HEADERS`,
        `${P}HEADERS`,
        `${P}METRICS_CERTIFICATE`,
        '--endpoint',
        'OTEL_RESOURCE_ATTRIBUTES',
      ],
    );
    assert.match(found.join('\n'), /expected grpc \(only grpc so far\), not 'http\/protobuf'/);
    assert.doesNotMatch(found.join('\n'), /SECRET/);
  });

  it('says what it knows of the resource; OTEL_SERVICE_NAME wins', () => {
    const { resource } = readConfig(
      {},
      { OTEL_RESOURCE_ATTRIBUTES: 'service.name=x,site=b%C3%BCro', OTEL_SERVICE_NAME: 'edge' },
    );
    assert.deepEqual(resource, { 'service.name': 'edge', site: 'büro' });
  });
});

describe('TLS configuration', () => {
  const file = (name: string): string => repositoryPath(`test/agent/exporter/certificates/${name}`);
  const https = { [`${P}ENDPOINT`]: 'https://h' };

  it('is read from the files the environment names', () => {
    const [ca, cert, key] = ['ca.pem', 'client.pem', 'client.key'].map(file) as [string, string, string];
    const env = { ...https, [`${P}CERTIFICATE`]: ca, [`${P}CLIENT_CERTIFICATE`]: cert, [`${P}CLIENT_KEY`]: key };
    assert.deepEqual(otlp(env)?.tls, {
      certificate: readFileSync(ca),
      client: { certificate: readFileSync(cert), key: readFileSync(key) },
    });
  });

  for (const [name, suffix, path, problem] of [
    [
      'what is no certificate',
      'CERTIFICATE',
      file('../connection.test.ts'),
      /_CERTIFICATE: expected a readable PEM file/,
    ],
    ['a key without its certificate', 'CLIENT_KEY', file('client.key'), /_CLIENT_KEY: .* together with its key/],
    [
      'a certificate without its key',
      'CLIENT_CERTIFICATE',
      file('client.pem'),
      /_CLIENT_CERTIFICATE: .* together with its key/,
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      const found = problems({}, { ...https, [`${P}${suffix}`]: path });
      assert.equal(found.length, 1);
      assert.match(found[0]!, problem);
    });
  }

  it('refuses the key of another certificate', () => {
    const env = { [`${P}CLIENT_CERTIFICATE`]: file('client.pem'), [`${P}CLIENT_KEY`]: file('server.key') };
    assert.match(
      problems({}, env).join(),
      /^OTEL_EXPORTER_OTLP_CLIENT_KEY: expected the key of the client certificate/,
    );
  });
});
