import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { toJson } from '@wgotel/agent';
import { SOURCES } from '@wgotel/core';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { publicKeyOf, type TestPeer } from '../../core/source/device-text.js';
import { Sockets } from '../../core/source/served-source.js';
import { tellingsOf, type Planted, type Telling } from '../../support/planted.js';
import { freePort, until } from '../../support/process.js';
import { HttpServer } from '../exporter/http-server.js';
import { OtlpServer, type Signal } from '../exporter/otlp-server.js';
import { askOnce } from '../state-socket/clients.js';
import { startCli, type AgentProcess } from './agent-process.js';

const PRIVATE = randomBytes(32);
const HMAC_KEY = randomBytes(32).toString('base64');
/** What addresses of the planted peers begin with, and their ports. */
const ENDPOINTS = /198\.51\.100\.\d|203\.0\.113\.\d|\b471[12]\b/;

type Outputs = Readonly<Record<string, string>>;

let folder: string;
let sockets: Sockets;
let server: OtlpServer;
let hook: HttpServer;
let agents: AgentProcess[];
let planted: Planted;
let health: number;

const path = (name: string): string => join(folder, name);
const serve = (peers: readonly TestPeer[]): Promise<void> =>
  sockets.serve([{ name: 'wg0', privateKey: PRIVATE, publicKey: PRIVATE, peers }]);

/** As the agent's configuration has it.
 *
 *  @param port where the Collector is */
function configure(identity: string, endpoints: string, port: number = server.port): void {
  const text = `receivers:
  wireguard:
    { source: uapi, directory: ${folder}, initial_delay: 0, collection_interval: 200ms, storage: file_storage, identity: ${identity}, endpoints: ${endpoints}, sessions: { mode: all }, names: { files: [${path('names.csv')}] } }
exporters:
  otlp_grpc: { endpoint: 'http://127.0.0.1:${port}', sending_queue: { storage: file_storage } }
  webhook: { endpoint: 'http://127.0.0.1:${hook.port}/', events: [wireguard.peer.added, wireguard.peer.endpoint.changed] }
extensions: { health: { endpoint: '127.0.0.1:${health}' }, state_socket: { path: ${path('state.sock')} }, file_storage: { directory: ${path('state')} } }
service: { extensions: [health, state_socket, file_storage] }
`;
  writeFileSync(path('config.yaml'), text, { mode: 0o600 });
}

function start(...args: string[]): AgentProcess {
  const agent = startCli(args);
  agents.push(agent);
  return agent;
}

/** What a command prints, errors included. */
async function printed(...args: string[]): Promise<string> {
  const { output, ended } = start(...args);
  await ended;
  return output.out + output.err;
}

const sent = (signal: Signal, from = 0): string[] =>
  server
    .receivedOf(signal)
    .slice(from)
    .map(({ bytes }) => toJson(bytes, signal));

/** Has one peer move and another come. */
async function move(): Promise<void> {
  const [first = 0, second = 0] = planted.handshakes.map((time) => time / 1000);
  const alice = { name: 'alice', allowedIPs: ['10.9.0.1/32'], keepalive: 25 };
  await serve([
    { ...alice, endpoint: '203.0.113.9:4712', handshake: second },
    { name: 'bob', allowedIPs: ['10.9.0.2/32'], endpoint: '198.51.100.8:4711', handshake: first },
  ]);
}

const SIGNALS: readonly Signal[] = ['metrics', 'logs', 'traces'];

/** What an exporter has in its queue on disk. */
function waitingOnDisk(signal: Signal): string {
  const of = path(`state/queue/otlp_grpc/${signal}`);
  if (!existsSync(of)) return '';
  // A header of 8 bytes and a checksum of 4 are around it.
  const files = readdirSync(of).filter((name) => /^\d/.test(name) && !name.endsWith('.new'));
  return files.map((name) => toJson(gunzipSync(readFileSync(join(of, name)).subarray(8, -4)), signal)).join('\n');
}

/** Has peers change, and gathers everything that leaves the agent and its commands. */
async function outputsOf(): Promise<Outputs> {
  const agent = start('run', '--config', path('config.yaml'));
  await until('it scrapes', () => server.receivedOf('metrics').length >= 3);
  await move();
  await until(
    'all has come',
    () => sent('logs').join('').includes('endpoint.changed') && sent('traces').length > 0 && hook.received.length >= 2,
  );
  const address = `http://127.0.0.1:${health}`;
  const file = path('config.yaml');
  const commands = {
    status: ['status', '--endpoint', address],
    'status --format json': ['status', '--endpoint', address, '--format', 'json'],
    once: ['once', '--config', file],
    'once --format json': ['once', '--config', file, '--format', 'json'],
    'once --format otlp': ['once', '--config', file, '--format', 'otlp'],
    check: ['check', '--config', file],
  };
  const print = async ([command, args]: [string, string[]]): Promise<[string, string]> => [
    command,
    await printed(...args),
  ];
  const ofCommands = await Promise.all(Object.entries(commands).map(print));
  const outputs = {
    ...Object.fromEntries(ofCommands),
    metrics: sent('metrics').join('\n'),
    logs: sent('logs').join('\n'),
    traces: sent('traces').join('\n'),
    webhook: hook.received.map(({ body }) => body.toString()).join('\n'),
    'state socket': JSON.stringify(await askOnce(path('state.sock'))),
  };
  agent.child.kill('SIGTERM');
  assert.deepEqual(await agent.ended, [0, null]);
  return { ...outputs, log: agent.output.out + agent.output.err };
}

const WHO: readonly Telling[] = ['id', 'name', 'tunnel'];
const WITH_SESSION: readonly Telling[] = ['id', 'name', 'session', 'tunnel'];
const WITH_KEY = (...told: Telling[]): readonly Telling[] => [...told, 'key' as const].toSorted();

/** What each output tells of who a peer is. What is not listed tells nothing. */
const HASH: Readonly<Record<string, readonly Telling[]>> = {
  metrics: ['id', 'name'],
  logs: WITH_SESSION,
  traces: WITH_SESSION,
  webhook: WHO,
  'state socket': WITH_SESSION,
  once: ['name'],
  'once --format json': ['id', 'key', 'name'],
  'once --format otlp': ['id', 'name'],
};
const FULL: typeof HASH = {
  ...HASH,
  metrics: WITH_KEY('id', 'name'),
  logs: WITH_KEY(...WITH_SESSION),
  traces: WITH_KEY(...WITH_SESSION),
  webhook: WITH_KEY(...WHO),
  'once --format otlp': WITH_KEY('id', 'name'),
};
/** Whoever can read WireGuard finds there which id is whose. */
const HMAC: typeof HASH = { 'once --format json': ['key'] };

const tellings = (outputs: Outputs): object =>
  Object.fromEntries(
    Object.entries(outputs).flatMap(([output, text]) => {
      const told = tellingsOf(text, planted);
      return told.length > 0 ? [[output, told]] : [];
    }),
  );
const withEndpoints = (outputs: Outputs): string[] =>
  Object.entries(outputs).flatMap(([output, text]) => (ENDPOINTS.test(text) ? [output] : []));

describe('what leaves an agent', function () {
  this.timeout(60_000);

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-privacy-'));
    agents = [];
    sockets = new Sockets(folder);
    health = await freePort();
    [server, hook] = [await OtlpServer.start(), await HttpServer.start()];
    const now = Math.floor(Date.now() / 1000);
    const handshakes = [now - 100, now - 10].map((seconds) => seconds * 1000);
    const names = { alice: 'planted-alice', bob: 'planted-bob' };
    const peers = Object.entries(names).map(([label, name]) => ({ publicKey: publicKeyOf(label), name }));
    writeFileSync(path('names.csv'), peers.map(({ publicKey, name }) => `${publicKey},${name}\n`).join(''));
    writeFileSync(path('identity.key'), `${HMAC_KEY}\n`, { mode: 0o600 });
    await serve([
      {
        name: 'alice',
        allowedIPs: ['10.9.0.1/32'],
        keepalive: 25,
        endpoint: '198.51.100.7:4711',
        handshake: now - 100,
      },
    ]);
    const reading = { signal: AbortSignal.timeout(5000), previous: undefined, now: Date.now() };
    const { devices } = await SOURCES.uapi({ directory: folder }).read(reading);
    planted = { devicePublicKey: devices[0]!.publicKey!, peers, handshakes };
  });
  afterEach(async () => {
    for (const { child } of agents) child.kill('SIGKILL');
    server.stop();
    hook.stop();
    await sockets.remove('wg0');
    rmSync(folder, { recursive: true });
  });

  for (const [identity, endpoints, told, places] of [
    ['{ mode: hash }', 'full', HASH, ['logs', 'traces', 'webhook', 'once', 'once --format json']],
    ['{ mode: full }', 'subnet', FULL, ['once', 'once --format json']],
    ['hmac', 'off', HMAC, ['once', 'once --format json']],
  ] as const) {
    it(`tells no more of peers and endpoints than it should, with identity ${identity} and endpoints ${endpoints}`, async () => {
      configure(identity === 'hmac' ? `{ hmac_key: '\${file:${path('identity.key')}}' }` : identity, endpoints);
      const outputs = await outputsOf();
      assert.deepEqual(tellings(outputs), told);
      const full = endpoints === 'subnet' ? withEndpoints(withoutSubnets(outputs)) : withEndpoints(outputs);
      assert.deepEqual(full.toSorted(), [...places].toSorted());
      for (const [output, text] of Object.entries(outputs)) assert.ok(!text.includes(HMAC_KEY), output);
      assert.equal(/fingerprint [0-9a-f]{16}$/m.test(outputs['check']!), identity === 'hmac');
      assert.equal(outputs['log']!.includes('names: is not used'), identity === 'hmac');
      assert.match(outputs['logs']!, /moved to another address/);

      // Saved state stays on the host, and holds what is needed to go on under any of them.
      const file = path('state/wireguard.state.end');
      const saved = readFileSync(file, 'utf8');
      assert.deepEqual(
        [tellingsOf(saved, planted), ENDPOINTS.test(saved)],
        [identity === 'hmac' ? ['key'] : ['key', 'name'], true],
      );
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.ok(!saved.includes(HMAC_KEY));
    });
  }

  it('says no more while it waits on disk', async () => {
    configure(`{ hmac_key: '\${file:${path('identity.key')}}' }`, 'off', await freePort());
    start('run', '--config', path('config.yaml'));
    const waiting = (): Record<string, string> =>
      Object.fromEntries(SIGNALS.map((signal) => [signal, waitingOnDisk(signal)]));
    await until('metrics wait', () => waitingOnDisk('metrics') !== '');
    await move();
    const files = await until('events and spans wait', () => {
      const found = waiting();
      return found['logs']!.includes('endpoint.changed') && found['traces'] !== '' && found;
    });
    for (const [signal, text] of Object.entries(files)) {
      assert.match(text, /wireguard\.peer\.id/, signal);
      assert.deepEqual([tellingsOf(text, planted), ENDPOINTS.test(text)], [[], false], signal);
    }
  });

  it('is of the new identity after a reload, and after a restart, which goes on with what was saved', async () => {
    const hmac = `{ hmac_key: '\${file:${path('identity.key')}}' }`;
    configure('{ mode: hash }', 'full');
    const first = start('run', '--config', path('config.yaml'));
    await until('it scrapes', () => server.receivedOf('metrics').length >= 2);
    configure(hmac, 'full');
    first.child.kill('SIGHUP');
    // What was on its way stays as it was.
    const isClean = (text: string): boolean => tellingsOf(text, planted).length === 0;
    const from = await until('the new ids come', () => {
      const at = sent('metrics').findIndex(isClean);
      return at > 0 && at;
    });
    await until('more comes', () => server.receivedOf('metrics').length > from + 3);
    assert.deepEqual(
      sent('metrics', from).filter((text) => !isClean(text)),
      [],
    );
    first.child.kill('SIGTERM');
    await first.ended;

    const before = server.receivedOf('metrics').length;
    configure('{ mode: hash }', 'full');
    const second = start('run', '--config', path('config.yaml'));
    await until('it scrapes', () => server.receivedOf('metrics').length > before + 1);
    assert.deepEqual(tellingsOf(sent('metrics', before).join('\n'), planted), ['id', 'name']);
    assert.doesNotMatch(second.output.err, /begins anew/);
    second.child.kill('SIGTERM');
    await second.ended;
  });
});

/** The same where the first addresses of subnets are no endpoints. */
function withoutSubnets(outputs: Outputs): Outputs {
  const strip = (text: string): string => text.replace(/(?:198\.51\.100|203\.0\.113)\.0(?:\/24)?\b/g, '');
  return Object.fromEntries(Object.entries(outputs).map(([output, text]) => [output, strip(text)]));
}
