import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import { OtlpGrpcTransport, type TlsConfig } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { freePort, until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { OtlpServer } from './otlp-server.js';
import { otlpConfig, PLAIN } from './sender-setup.js';
import { TcpProxy } from './tcp-proxy.js';

const never = new AbortController().signal;
const text = Buffer.from('metrics '.repeat(10_000));

const file = (name: string): string => repositoryPath(`test/agent/exporter/certificates/${name}`);
const pem = (name: string): Buffer => readFileSync(file(name));

describe('the connection to an OTLP server', () => {
  for (const [compression, least, most] of [
    ['none', text.length, text.length + 2000],
    ['gzip', 1, text.length / 20],
  ] as const) {
    it(`carries as many bytes as expected with compression ${compression}`, async () => {
      const server = await OtlpServer.start();
      const proxy = await TcpProxy.start(server.port);
      const transport = new OtlpGrpcTransport(otlpConfig(proxy.port, { compression }), 'metrics');
      try {
        assert.equal((await transport.send({ bytes: text }, never)).kind, 'sent');
        assert.deepEqual(server.received[0]?.bytes, text);
        assert.ok(proxy.sent >= least && proxy.sent <= most, `${proxy.sent} bytes`);
      } finally {
        transport.close();
        proxy.stop();
        server.stop();
      }
    });
  }

  it('is made once the server is there', async () => {
    const port = await freePort();
    const transport = new OtlpGrpcTransport(otlpConfig(port), 'metrics');
    const outcome = await transport.send({ bytes: text }, never);
    assert.equal(outcome.kind, 'failed');
    assert.ok(outcome.reason === 'unavailable' && !outcome.connected);
    assert.match(outcome.message, new RegExp(`connect ECONNREFUSED 127.0.0.1:${port}$`));
    assert.match(outcome.hint ?? '', /does a Collector listen there/);
    const server = await OtlpServer.start(undefined, { port });
    try {
      await until('it is sent', async () => (await transport.send({ bytes: text }, never)).kind === 'sent');
    } finally {
      transport.close();
      server.stop();
    }
  });

  it('is made anew when it went dead without being closed', async () => {
    const server = await OtlpServer.start();
    const proxy = await TcpProxy.start(server.port);
    const transport = new OtlpGrpcTransport(otlpConfig(proxy.port, { timeout: 1000 }), 'metrics');
    try {
      assert.equal((await transport.send({ bytes: text }, never)).kind, 'sent');
      proxy.blackhole();
      assert.equal((await transport.send({ bytes: text }, never)).kind, 'failed');
      await until('it is sent', async () => (await transport.send({ bytes: text }, never)).kind === 'sent');
      assert.equal(proxy.connections, 2);
    } finally {
      transport.close();
      proxy.stop();
      server.stop();
    }
  });

  it('is not made through a proxy of the environment', async () => {
    const server = await OtlpServer.start();
    process.env['grpc_proxy'] = `http://127.0.0.1:${await freePort()}`;
    const transport = new OtlpGrpcTransport(otlpConfig(server.port), 'metrics');
    try {
      assert.equal((await transport.send({ bytes: text }, never)).kind, 'sent');
    } finally {
      delete process.env['grpc_proxy'];
      transport.close();
      server.stop();
    }
  });

  const ca = { caFile: file('ca.pem') };
  const client = { certFile: file('client.pem'), keyFile: file('client.key') };
  for (const [name, files, kind] of [
    ['trusts the certificate it is given', { ...ca, ...client }, 'sent'],
    ['does not trust a server without', client, 'failed'],
    ['takes any server when told to', { ...client, insecureSkipVerify: true }, 'sent'],
    ['is not let in without a certificate of its own', ca, 'failed'],
    ['does not take a server of another name', { ...ca, ...client, serverName: 'elsewhere' }, 'failed'],
    ['knows a server by another name', { ...ca, ...client, serverName: 'localhost' }, 'sent'],
  ] satisfies [string, Partial<TlsConfig>, string][]) {
    it(`over TLS ${name}`, async () => {
      const pair = { private_key: pem('server.key'), cert_chain: pem('server.pem') };
      const credentials = ServerCredentials.createSsl(pem('ca.pem'), [pair], true);
      const server = await OtlpServer.start(undefined, { credentials });
      const transport = new OtlpGrpcTransport(
        otlpConfig(server.port, { tls: { ...PLAIN, insecure: false, ...files } }),
        'metrics',
      );
      try {
        assert.equal((await transport.send({ bytes: text }, never)).kind, kind);
      } finally {
        transport.close();
        server.stop();
      }
    });
  }
});
