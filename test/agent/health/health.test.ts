import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerId } from '@wgotel/core';
import { Simulator } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { freePort, until } from '../../support/process.js';
import { OtlpServer } from '../exporter/otlp-server.js';
import { startCli, type AgentProcess } from '../run/agent-process.js';

let folder: string;
let simulator: Simulator;
let agent: AgentProcess | undefined;
let port: number;

/** Asks the agent. */
function ask(
  path: string,
  options: { method?: string; host?: string } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    request({ port, host: '127.0.0.1', path, method: options.method ?? 'GET', headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the health of an agent', () => {
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-health-'));
    simulator = new Simulator({ directory: folder });
    simulator.addDevice({ name: 'wg0', peers: 5, age: 600_000 });
    await simulator.start();
    port = await freePort();
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  function start(delay: string, exporters = ''): void {
    const text = `receivers: { wireguard: { source: uapi, directory: ${folder}, initial_delay: ${delay}, collection_interval: 200ms } }
extensions: { health: { endpoint: "127.0.0.1:${port}" } }
service: { extensions: [health] }
${exporters}`;
    writeFileSync(join(folder, 'config.yaml'), text, { mode: 0o600 });
    agent = startCli(['run', '--config', join(folder, 'config.yaml')]);
  }
  const listening = (): Promise<unknown> =>
    until('it listens', () =>
      ask('/-/healthy').then(
        () => true,
        () => false,
      ),
    );

  it('is not ready before the first scrape, and says why', async () => {
    start('1h');
    await listening();
    assert.deepEqual(await ask('/-/healthy'), { status: 200, body: 'healthy\n' });
    assert.deepEqual(await ask('/-/ready'), { status: 503, body: 'not ready: wireguard has not scraped yet\n' });
  });

  it('is told with sums, and without names, keys and addresses of peers', async () => {
    const server = await OtlpServer.start();
    try {
      start(
        '0s',
        `exporters: { otlp_grpc: { endpoint: "http://127.0.0.1:${server.port}", headers: { authorization: s3cr3t } } }`,
      );
      await listening();
      await until('it is ready', async () => (await ask('/-/ready')).status === 200);
      await until('it has sent', () => server.received.length > 2);
      const { body } = await ask('/-/status');
      const status = JSON.parse(body);
      assert.equal(status.receivers.wireguard.devices[0].name, 'wg0');
      const counts: number[] = Object.values(status.receivers.wireguard.devices[0].peers);
      assert.equal(
        counts.reduce((a, b) => a + b, 0),
        5,
      );
      assert.ok(
        status.exporters.otlp_grpc.metrics.sent.items > 0 && status.exporters.otlp_grpc.metrics.lastSuccess > 0,
      );
      const known = server.received.map(({ bytes }) => bytes.toString('latin1')).join('');
      const ids = new Set(known.match(/[0-9a-f]{16}/g));
      assert.ok(ids.size >= 5);
      for (const id of ids) assert.ok(!body.includes(id));
      assert.ok(!body.includes('s3cr3t') && !/[A-Za-z0-9+/]{43}=/.test(body));

      const { output, ended } = startCli(['status', '--endpoint', `http://127.0.0.1:${port}`]);
      assert.deepEqual(await ended, [0, null]);
      assert.match(
        output.out,
        /^wgotel \d.*\nconfiguration: .*config\.yaml, read \d+s ago\nreceiver wireguard: last scrape \d+s ago/,
      );
      assert.match(
        output.out,
        /\n {2}wg0: up, .*\nexporter otlp_grpc, metrics: http:\/\/127\.0\.0\.1:\d+, last delivery \d+s ago\n {2}\d+ points: \d+ sent, /,
      );
    } finally {
      server.stop();
    }
  });

  for (const [name, path, options, status] of [
    ['another path', '/metrics', {}, 404],
    ['another method', '/-/status', { method: 'POST' }, 405],
    ['a name that leads here by someone else’s DNS', '/-/status', { host: 'evil.example.com' }, 421],
    ['localhost', '/-/status', { host: 'localhost:9587' }, 200],
    ['an address', '/-/healthy', { host: '[::1]:9587' }, 200],
    ['no body', '/-/status', { method: 'HEAD' }, 200],
  ] as const) {
    it(`answers ${status} to ${name}`, async () => {
      start('0s');
      await listening();
      assert.equal((await ask(path, options)).status, status);
    });
  }

  it('with a port that is taken ends the agent where it was asked for, in a sentence', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as AddressInfo).port;
    try {
      start('0s');
      assert.deepEqual(await agent!.ended, [2, null]);
      assert.match(
        agent!.output.err,
        new RegExp(
          `health can't be answered on 127\\.0\\.0\\.1:${port}: another program listens there; set extensions\\.health\\.endpoint`,
        ),
      );
    } finally {
      taken.close();
    }
  });

  it('can’t be asked where no agent runs', async () => {
    const { output, ended } = startCli(['status', '--endpoint', `http://127.0.0.1:${port}`]);
    assert.deepEqual(await ended, [1, null]);
    assert.match(output.err, /no agent answers at .* \(ECONNREFUSED\): is `wgotel run` running/);
  });
});

describe('ids', () => {
  it('have the form that is looked for above', () => assert.match(peerId('AAAA'), /^[0-9a-f]{16}$/));
});
