import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJson } from '@wgotel/agent';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { OtlpLogRecord, OtlpRequest, OtlpSpan } from '../../support/otlp-json.js';
import { freePort, until } from '../../support/process.js';
import type { TestPeer } from '../../core/source/device-text.js';
import { Sockets } from '../../core/source/served-source.js';
import { HttpServer } from '../exporter/http-server.js';
import { OtlpServer } from '../exporter/otlp-server.js';
import { startCli, type AgentProcess } from './agent-process.js';

const requests = (server: OtlpServer, signal: 'logs' | 'traces'): OtlpRequest[] =>
  server.receivedOf(signal).map(({ bytes }) => JSON.parse(toJson(bytes, signal)) as OtlpRequest);

function events(server: OtlpServer): OtlpLogRecord[] {
  return requests(server, 'logs')
    .flatMap(({ resourceLogs = [] }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords);
}

function spans(server: OtlpServer): OtlpSpan[] {
  return requests(server, 'traces')
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap((scope) => scope.spans);
}

describe('wgotel run sends', () => {
  let folder: string;
  let sockets: Sockets;
  let server: OtlpServer;
  let hook: HttpServer;
  let agent: AgentProcess | undefined;
  let health: string;
  /** When the session at the start began, in seconds since the epoch. */
  let start: number;
  let alice: TestPeer;

  const serve = (peers: readonly TestPeer[]): Promise<void> =>
    sockets.serve([{ name: 'wg0', privateKey: PRIVATE, publicKey: PRIVATE, peers }]);
  const PRIVATE = randomBytes(32);

  const configure = (signals: readonly string[], more = ''): void => {
    const pipelines = signals.map((signal) => `${signal}: { receivers: [wireguard] }`).join(', ');
    const text = `receivers: { wireguard: { source: uapi, directory: ${folder}, initial_delay: 0, collection_interval: 200ms${more} } }
exporters:
  otlp_grpc: { endpoint: 'http://127.0.0.1:${server.port}' }
  webhook: { endpoint: 'http://127.0.0.1:${hook.port}/s3cr3t', events: [wireguard.peer.added] }
extensions: { health: { endpoint: '127.0.0.1:${health}' } }
service: { extensions: [health], telemetry: { resource: { service.name: edge } }, pipelines: { ${pipelines} } }`;
    writeFileSync(join(folder, 'config.yaml'), text, { mode: 0o600 });
  };
  const begin = async (signals: readonly string[], more = ''): Promise<void> => {
    configure(signals, more);
    agent = startCli(['run', '--config', join(folder, 'config.yaml')]);
    await until('it scrapes', () => server.received.length >= 3);
  };
  const change = (): Promise<void> =>
    serve([
      { ...alice, endpoint: '192.0.2.9:1000', handshake: start + 90 },
      { name: 'bob', allowedIPs: ['10.0.1.2/32'] },
    ]);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-signals-'));
    start = Math.floor(Date.now() / 1000) - 100;
    alice = { name: 'alice', endpoint: '192.0.2.1:1000', allowedIPs: ['10.0.0.0/24'], handshake: start };
    sockets = new Sockets(folder);
    await serve([alice]);
    [server, hook] = [await OtlpServer.start(), await HttpServer.start()];
    health = String(await freePort());
  });
  afterEach(async () => {
    agent?.child.kill('SIGKILL');
    server.stop();
    hook.stop();
    await sockets.remove('wg0');
    rmSync(folder, { recursive: true });
  });

  it('events and sessions beside metrics, and a message to a webhook', async () => {
    await begin(['metrics', 'logs', 'traces']);
    await change();
    await until(
      'all has come',
      () => events(server).length >= 2 && spans(server).length > 0 && hook.received.length > 0,
    );
    assert.deepEqual(
      events(server)
        .map(({ eventName }) => eventName)
        .toSorted((a, b) => (a! < b! ? -1 : 1)),
      ['wireguard.peer.added', 'wireguard.peer.endpoint.changed'],
    );
    const span = spans(server).find(({ name }) => name === 'wireguard.session')!;
    assert.deepEqual([span.startTimeUnixNano, span.endTimeUnixNano], [`${start}000000000`, `${start + 90}000000000`]);
    const [request] = requests(server, 'traces');
    const attributes = request!.resourceSpans![0]!.resource.attributes!;
    assert.ok(attributes.some(({ key, value }) => key === 'service.name' && value.stringValue === 'edge'));
    const posted = JSON.parse(hook.received[0]!.body.toString());
    assert.deepEqual(
      [posted.event, posted.severity, posted.resource['service.name']],
      ['wireguard.peer.added', 'INFO', 'edge'],
    );

    const status = startCli(['status', '--endpoint', `http://127.0.0.1:${health}`]);
    assert.deepEqual(await status.ended, [0, null]);
    assert.match(status.output.out, /exporter otlp_grpc, logs: .*\n {2}2 events: 2 sent, 0 queued/);
    assert.match(status.output.out, /exporter otlp_grpc, traces: .*\n {2}\d spans?: \d sent, /);
    assert.match(status.output.out, /exporter webhook, logs: http:\/\/127\.0\.0\.1:\d+, last.*\n {2}1 event: 1 sent, /);
    agent!.child.kill('SIGTERM');
    assert.deepEqual(await agent!.ended, [0, null]);
    const { otlp_grpc: otlp, webhook } = JSON.parse(agent!.output.err.slice(agent!.output.err.lastIndexOf('\t')));
    for (const signal of ['metrics', 'logs', 'traces']) assert.deepEqual(otlp[signal].sent, otlp[signal].enqueued);
    assert.equal(webhook.logs.sent.items, 1);
    assert.ok(!(agent!.output.err + status.output.out).includes('s3cr3t'));
  });

  it('what is configured only', async () => {
    await begin(
      ['metrics', 'logs', 'traces'],
      ', events: { wireguard.peer.added: { enabled: false } }, sessions: { mode: "off" }',
    );
    await change();
    await until('the event has come', () => events(server).length > 0);
    const count = server.received.length;
    await until('more scrapes are there', () => server.received.length > count + 3);
    assert.deepEqual(
      events(server).map(({ eventName }) => eventName),
      ['wireguard.peer.endpoint.changed'],
    );
    assert.deepEqual([spans(server).length, hook.received.length], [0, 0]);
  });

  it('traces too once a reload adds their pipeline', async () => {
    await begin(['metrics']);
    configure(['metrics', 'traces']);
    agent!.child.kill('SIGHUP');
    await until('it has reloaded', () => agent!.output.err.includes('the configuration was read again'));
    const count = server.received.length;
    await until('it has scraped again', () => server.received.length > count + 2);
    await change();
    await until('a session has come', () => spans(server).some(({ name }) => name === 'wireguard.session'));
    assert.deepEqual([server.receivedOf('logs').length, hook.received.length], [0, 0]);
  });

  it('what was gathered last before it ends', async () => {
    await begin(['metrics', 'traces']);
    agent!.child.kill('SIGTERM');
    assert.deepEqual(await agent!.ended, [0, null]);
    const { traces } = JSON.parse(agent!.output.err.slice(agent!.output.err.lastIndexOf('\t'))).otlp_grpc;
    assert.deepEqual([traces.sent, traces.dropped], [traces.enqueued, {}]);
  });
});
