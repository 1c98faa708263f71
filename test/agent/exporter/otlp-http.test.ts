import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { OtlpGrpcTransport, OtlpHttpTransport, type OtlpHttpConfig, type Outcome } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { freePort } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { HttpServer } from './http-server.js';
import { OtlpServer } from './otlp-server.js';
import { COMMON, otlpConfig, PLAIN } from './sender-setup.js';

const never = new AbortController().signal;
const EMPTY = Buffer.alloc(0);
const file = (name: string): string => repositoryPath(`test/agent/exporter/certificates/${name}`);

function config(port: number, more: Partial<OtlpHttpConfig> = {}): OtlpHttpConfig {
  return {
    type: 'otlp_http',
    url: `http://127.0.0.1:${port}/v1/metrics`,
    encoding: 'proto',
    ...COMMON,
    ...more,
  };
}

/** Sends once. */
async function send(given: OtlpHttpConfig, bytes: Buffer = EMPTY, signal = never): Promise<Outcome> {
  const transport = new OtlpHttpTransport(given, 'metrics');
  try {
    return await transport.send({ bytes }, signal);
  } finally {
    transport.close();
  }
}

describe('OTLP/HTTP', () => {
  for (const compression of ['gzip', 'none'] as const) {
    it(`posts what it is given, with headers, compression ${compression}`, async () => {
      const server = await HttpServer.start();
      try {
        const bytes = Buffer.from('metrics '.repeat(1000));
        const outcome = await send(config(server.port, { compression, headers: { authorization: 'Bearer x' } }), bytes);
        assert.deepEqual(outcome, { kind: 'sent', rejectedItems: 0, message: '' });
        const [{ url, headers, body } = { url: '', headers: {}, body: EMPTY }] = server.received;
        assert.deepEqual([url, body], ['/v1/metrics', bytes]);
        assert.deepEqual(
          [headers['content-type'], headers['content-encoding'], headers['authorization']],
          ['application/x-protobuf', compression === 'gzip' ? 'gzip' : undefined, 'Bearer x'],
        );
        assert.match(headers['user-agent'] ?? '', /^wgotel\/\d/);
      } finally {
        server.stop();
      }
    });
  }

  const status =
    (code: number, headers: Record<string, string> = {}, body = '') =>
    (response: ServerResponse) =>
      void response.writeHead(code, headers).end(body);
  const JSON_TYPE = { 'content-type': 'application/json' };
  for (const [name, answer, expected] of [
    [
      'drops on 400',
      status(400, JSON_TYPE, '{"message":"bad point"}'),
      { kind: 'refused', reason: 'http_400', message: 'HTTP 400: bad point' },
    ],
    ['drops on 401, with a hint', status(401), { kind: 'refused', reason: 'http_401' }],
    [
      'drops on 404, with a hint',
      status(404, { 'content-type': 'text/plain' }, 'not found\n'),
      { kind: 'refused', reason: 'http_404' },
    ],
    ['drops on 500', status(500), { kind: 'refused', reason: 'http_500' }],
    [
      'does not follow elsewhere',
      status(307, { location: 'http://127.0.0.1:1/' }),
      { kind: 'refused', reason: 'http_307' },
    ],
    ['tries again on 429', status(429), { kind: 'failed', retryDelay: undefined }],
    ['tries again on 502', status(502), { kind: 'failed' }],
    ['waits as told on 503', status(503, { 'retry-after': '7' }), { kind: 'failed', retryDelay: 7000 }],
    ['waits ten minutes at most', status(504, { 'retry-after': '99999' }), { kind: 'failed', retryDelay: 600_000 }],
    ['does not try again at once', status(503, { 'retry-after': '0' }), { kind: 'failed', retryDelay: undefined }],
    [
      'counts what was rejected, in JSON',
      status(200, JSON_TYPE, '{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too old"}}'),
      { kind: 'sent', rejectedItems: 3, message: 'too old' },
    ],
    ['takes an answer that is no JSON for sent', status(200, JSON_TYPE, '{'), { kind: 'sent', rejectedItems: 0 }],
    [
      'reads no answer without end',
      (response: ServerResponse) => void response.writeHead(400).end('x'.repeat(1 << 20)),
      { kind: 'refused' },
    ],
  ] as const) {
    it(name, async () => {
      const server = await HttpServer.start(answer);
      try {
        const outcome = await send(config(server.port));
        for (const [key, value] of Object.entries(expected))
          assert.deepEqual(outcome[key as keyof Outcome], value, key);
        if (name.endsWith('hint')) assert.match(outcome.message, /\?/);
      } finally {
        server.stop();
      }
    });
  }

  it('counts what was rejected, in protobuf', async () => {
    // ExportMetricsServiceResponse { partial_success { rejected_data_points: 5, error_message: "old" } }
    const answer = Buffer.from([0x0a, 0x07, 0x08, 0x05, 0x12, 0x03, ...Buffer.from('old')]);
    const server = await HttpServer.start((response) => void response.end(answer));
    try {
      assert.deepEqual(await send(config(server.port)), { kind: 'sent', rejectedItems: 5, message: 'old' });
    } finally {
      server.stop();
    }
  });

  it('fails when nobody answers, and says what to look at', async () => {
    const outcome = await send(config(await freePort()));
    assert.ok(outcome.kind === 'failed' && !outcome.connected && outcome.reason === 'unavailable');
    assert.match(`${outcome.message} ${outcome.hint}`, /ECONNREFUSED.*does a Collector listen there\?.*4318/);
  });

  it('fails when the answer takes too long, and when it is given up', async () => {
    const server = await HttpServer.start(() => 'hang');
    try {
      const late = await send(config(server.port, { timeout: 100 }));
      assert.ok(late.kind === 'failed' && late.reason === 'deadline_exceeded');
      const aborter = new AbortController();
      setImmediate(() => aborter.abort());
      assert.equal((await send(config(server.port), EMPTY, aborter.signal)).kind, 'failed');
    } finally {
      server.stop();
    }
  });

  it('says so when the server speaks gRPC', async () => {
    const server = await OtlpServer.start();
    try {
      const outcome = await send(config(server.port));
      assert.ok(outcome.kind === 'failed');
      assert.match(outcome.hint ?? '', /4317 for OTLP\/gRPC/);
    } finally {
      server.stop();
    }
  });

  const tls = {
    key: readFileSync(file('server.key')),
    cert: readFileSync(file('server.pem')),
    ca: readFileSync(file('ca.pem')),
    requestCert: true,
  };
  for (const [name, files, kind] of [
    [
      'trusts the certificate it is given',
      { caFile: file('ca.pem'), certFile: file('client.pem'), keyFile: file('client.key') },
      'sent',
    ],
    ['does not trust a server without', { certFile: file('client.pem'), keyFile: file('client.key') }, 'failed'],
    [
      'takes any server when told to',
      { insecureSkipVerify: true, certFile: file('client.pem'), keyFile: file('client.key') },
      'sent',
    ],
    ['is not let in without a certificate of its own', { caFile: file('ca.pem') }, 'failed'],
    [
      'does not take a server of another name',
      { caFile: file('ca.pem'), certFile: file('client.pem'), keyFile: file('client.key'), serverName: 'elsewhere' },
      'failed',
    ],
  ] as const) {
    it(`over TLS ${name}`, async () => {
      const server = await HttpServer.start(undefined, { ...tls, rejectUnauthorized: true });
      try {
        const given = { url: `https://127.0.0.1:${server.port}/`, tls: { ...PLAIN, insecure: false, ...files } };
        assert.equal((await send(config(0, given))).kind, kind);
      } finally {
        server.stop();
      }
    });
  }
});

/** A proxy that leads on to whatever it is asked for, if the user is known. */
async function startProxy(): Promise<{ port: number; asked: string[]; stop(): void }> {
  const asked: string[] = [];
  const proxy = createServer((_, response) => response.writeHead(400).end());
  proxy.on('connect', ({ url = '', headers }, socket) => {
    const known = headers['proxy-authorization'] === `Basic ${Buffer.from('alice:pass word').toString('base64')}`;
    asked.push(`${url} ${known ? 'known' : 'unknown'}`);
    if (!known) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(Number(url.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as AddressInfo).port,
    asked,
    stop: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

describe('a proxy', () => {
  it('leads to an HTTP server, with a user', async () => {
    const [server, proxy] = [await HttpServer.start(), await startProxy()];
    try {
      const proxyUrl = `http://alice:pass%20word@127.0.0.1:${proxy.port}`;
      assert.equal((await send(config(server.port, { proxyUrl }))).kind, 'sent');
      assert.deepEqual(proxy.asked, [`127.0.0.1:${server.port} known`]);
    } finally {
      proxy.stop();
      server.stop();
    }
  });

  it('leads to a gRPC server, with a user, and not without', async () => {
    const [server, proxy] = [await OtlpServer.start(), await startProxy()];
    const [known, unknown] = ['alice:pass%20word@', ''].map(
      (user) =>
        new OtlpGrpcTransport(
          otlpConfig(server.port, { proxyUrl: `http://${user}127.0.0.1:${proxy.port}` }),
          'metrics',
        ),
    );
    try {
      assert.equal((await known!.send({ bytes: EMPTY }, never)).kind, 'sent');
      assert.equal((await unknown!.send({ bytes: EMPTY }, never)).kind, 'failed');
      assert.deepEqual(proxy.asked.slice(0, 2), [`127.0.0.1:${server.port} known`, `127.0.0.1:${server.port} unknown`]);
    } finally {
      known!.close();
      unknown!.close();
      proxy.stop();
      server.stop();
    }
  });
});
