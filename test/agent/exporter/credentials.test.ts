import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { OtlpGrpcTransport, OtlpHttpTransport, type Transport } from '@wgotel/agent';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { repositoryPath } from '../../support/repository.js';
import { HttpServer } from './http-server.js';
import { OtlpServer } from './otlp-server.js';
import { COMMON, otlpConfig, PLAIN } from './sender-setup.js';

const never = new AbortController().signal;
const EMPTY = Buffer.alloc(0);
const certificate = (name: string): string => repositoryPath(`test/agent/exporter/certificates/${name}`);
const pem = (name: string): Buffer => readFileSync(certificate(name));

let folder: string;
const path = (name: string): string => join(folder, name);
/** Puts a file in the place of another at once, as programs that renew certificates do. */
const replace = (name: string, by: string): void => {
  copyFileSync(certificate(by), path('aside'));
  renameSync(path('aside'), path(name));
};

describe('credentials in files', () => {
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'wgotel-credentials-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const tls = () => ({
    ...PLAIN,
    insecure: false,
    caFile: path('ca.pem'),
    certFile: path('client.pem'),
    keyFile: path('client.key'),
  });
  const pair = { private_key: pem('server.key'), cert_chain: pem('server.pem') };
  for (const [name, start, make] of [
    [
      'gRPC',
      () => OtlpServer.start(undefined, { credentials: ServerCredentials.createSsl(pem('ca.pem'), [pair], true) }),
      (port: number, now: () => number): Transport =>
        new OtlpGrpcTransport(otlpConfig(port, { tls: tls() }), 'metrics', now),
    ],
    [
      'HTTP',
      () =>
        HttpServer.start(undefined, {
          key: pem('server.key'),
          cert: pem('server.pem'),
          ca: pem('ca.pem'),
          requestCert: true,
          rejectUnauthorized: true,
        }),
      (port: number, now: () => number): Transport =>
        new OtlpHttpTransport(
          { type: 'otlp_http', url: `https://127.0.0.1:${port}/`, encoding: 'proto', ...COMMON, tls: tls() },
          'metrics',
          now,
        ),
    ],
  ] as const) {
    it(`over ${name} are used within seconds after they were replaced, and kept while they are wrong`, async () => {
      const server = await start();
      let now = 0;
      replace('ca.pem', 'ca.pem');
      // A certificate that the server does not know.
      replace('client.pem', 'server.pem');
      replace('client.key', 'server.key');
      writeFileSync(path('ca.pem'), pem('client.pem'));
      const transport = make(server.port, () => now);
      const send = async (): Promise<string> => (await transport.send({ bytes: EMPTY }, never)).kind;
      try {
        assert.equal(await send(), 'failed');
        replace('ca.pem', 'ca.pem');
        replace('client.pem', 'client.pem');
        now += 6000;
        // Half of a pair is no pair: the old one stays, and that is said.
        await send();
        assert.match(transport.problem ?? '', /client\.key' is not the key of the certificate in '.*client\.pem'$/);
        replace('client.key', 'client.key');
        assert.equal(await send(), 'failed', 'looked at files too often');
        now += 6000;
        assert.equal(await send(), 'sent');
        assert.equal(transport.problem, undefined);
        writeFileSync(path('client.pem'), 'half');
        now += 6000;
        assert.equal(await send(), 'sent');
        assert.match(transport.problem ?? '', /client\.pem' is no PEM file/);
      } finally {
        transport.close();
        server.stop();
      }
    });
  }

  it('in headers are read again, and a file that is missing at the start is said', async () => {
    const server = await HttpServer.start();
    let now = 0;
    const headerFiles = { authorization: path('token') };
    const transport = new OtlpHttpTransport(
      { type: 'otlp_http', url: `http://127.0.0.1:${server.port}/`, encoding: 'proto', ...COMMON, headerFiles },
      'metrics',
      () => now,
    );
    try {
      const first = await transport.send({ bytes: EMPTY }, never);
      assert.ok(first.kind === 'failed' && first.reason === 'credentials');
      assert.equal(first.message, `'${path('token')}' can't be read (ENOENT)`);
      writeFileSync(path('token'), 'Bearer one\n');
      await transport.send({ bytes: EMPTY }, never);
      writeFileSync(path('token'), 'Bearer twenty\n');
      now += 6000;
      await transport.send({ bytes: EMPTY }, never);
      writeFileSync(path('token'), 'Bearer\u0007secret');
      now += 6000;
      await transport.send({ bytes: EMPTY }, never);
      assert.deepEqual(
        server.received.map(({ headers }) => headers['authorization']),
        ['Bearer one', 'Bearer twenty', 'Bearer twenty'],
      );
      assert.ok(transport.problem !== undefined && !transport.problem.includes('secret'));
    } finally {
      transport.close();
      server.stop();
    }
  });
});
