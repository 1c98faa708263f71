import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { READER_PROTOCOL } from '@wgotel/core';
import { keyPair } from '@wgotel/simulator';
import { after, before, describe, it } from 'mocha';
import { KeySearch } from '../core/secrets/search.js';
import { toAnswers, toDump, toReply, type TestDevice } from '../core/source/device-text.js';
import { fakeWg, type FakeWg, type WgCall } from '../core/source/fake-wg-command.js';
import { freePort, until } from '../support/process.js';
import { HttpServer } from './exporter/http-server.js';
import { startCli, type AgentProcess } from './run/agent-process.js';

/** What the environment and files hold beside keys. */
const SECRETS = {
  TOKEN: 'swordfish-of-the-environment',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=swordfish-of-opentelemetry',
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-key=swordfish-of-traces',
  AWS_SECRET_ACCESS_KEY: 'swordfish-of-somebody-else',
};
const IN_A_FILE = 'swordfish-of-a-file';

const PEER = { handshake: 1_795_295_123, endpoint: '192.0.2.1:51820', allowedIPs: ['10.0.0.1/32'], secret: true };
const DEVICE: TestDevice = {
  name: 'wgtest0',
  ...keyPair('wgtest0'),
  peers: [
    { ...PEER, name: 'alice', keepalive: 25 },
    { ...PEER, name: 'bob' },
  ],
};

let folder: string;
let wg: FakeWg;
let collector: HttpServer;
let status: string;
const processes: AgentProcess[] = [];
/** The command lines of agent and reader. */
const commandLines: string[] = [];

function cli(...args: string[]): AgentProcess {
  const started = startCli(args, SECRETS);
  processes.push(started);
  return started;
}

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

/** Asks as an agent does, and returns the answer as it is. */
function askReader(path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(READER_PROTOCOL.request));
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket.on('error', reject).on('end', () => resolve(text));
  });
}

describe('keys and secrets, with an agent and a reader at work', () => {
  const outputs = new Map<string, string>();
  let calls: WgCall[];

  before(async function () {
    this.timeout(60_000);
    folder = mkdtempSync(join(tmpdir(), 'wgotel-secrets-'));
    wg = fakeWg(folder);
    const dump = toDump(DEVICE);
    wg.plan({ interfaces: `${DEVICE.name}\n`, dump, answers: toAnswers(dump) });
    collector = await HttpServer.start();
    file('token', IN_A_FILE);
    status = `http://127.0.0.1:${await freePort()}`;
    const ofWg = `source: wg-show, command: ${JSON.stringify(wg.command)}`;
    const socket = join(folder, 'reader.sock');
    const config = file(
      'config.yaml',
      `receivers:
  wireguard: { source: reader, socket: ${socket}, collection_interval: 200ms, initial_delay: 0, storage: file_storage }
  wireguard/own: { ${ofWg}, collection_interval: 200ms, initial_delay: 0, storage: file_storage/own }
exporters:
  otlp_http:
    endpoint: http://127.0.0.1:${collector.port}
    headers: { authorization: '\${env:TOKEN}', x-file: '\${file:${join(folder, 'token')}}' }
extensions:
  health: { endpoint: '${new URL(status).host}' }
  state_socket: { path: ${join(folder, 'state.sock')} }
  file_storage: { directory: ${join(folder, 'state')} }
  file_storage/own: { directory: ${join(folder, 'state-own')} }
service:
  extensions: [health, state_socket, file_storage, file_storage/own]
  telemetry: { logs: { level: debug } }
`,
    );
    const readerConfig = file('reader.yaml', `receivers: { wireguard: { ${ofWg} } }\n`);
    const reader = cli('reader', '--config', readerConfig, '--socket', socket, '--log-level', 'debug');
    await until('the reader listens', () => reader.output.err.includes(socket) || reader.child.exitCode !== null);
    const agent = cli('run', '--config', config);
    await until('three requests', () => collector.received.length >= 3 || agent.child.exitCode !== null);
    assert.deepEqual([agent.child.exitCode, reader.child.exitCode], [null, null], agent.output.err + reader.output.err);
    for (const { child } of [agent, reader]) commandLines.push(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8'));
    outputs.set('status', await (await fetch(`${status}/-/status`)).text());
    outputs.set('reader', await askReader(socket));
    for (const [name, ...args] of [
      ['check', 'check', '--config', config],
      ['table', 'once', '--config', config, '--record', join(folder, 'recording.json')],
      ['json', 'once', '--config', config, '--format', 'json'],
      ['otlp', 'once', '--config', config, '--format', 'otlp'],
    ] as const) {
      const { output, ended } = cli(...args);
      await ended;
      outputs.set(name, output.out + output.err);
    }
    for (const { child, ended } of [agent, reader]) {
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
    }
    outputs.set('agent', agent.output.out + agent.output.err);
    outputs.set('log of the reader', reader.output.out + reader.output.err);
    outputs.set('recording', readFileSync(join(folder, 'recording.json'), 'utf8'));
    for (const name of ['state', 'state-own']) {
      for (const each of readdirSync(join(folder, name)).filter((kept) => kept.includes('.state')))
        outputs.set(`${name}/${each}`, readFileSync(join(folder, name, each), 'utf8'));
    }
    for (const [index, { body }] of collector.received.entries())
      outputs.set(`request ${index}`, body.toString('latin1'));
    calls = wg.calls();
  });
  after(() => {
    for (const { child } of processes) child.kill('SIGKILL');
    collector?.stop();
    rmSync(folder, { recursive: true });
  });

  const keys = Array.from(
    toReply(DEVICE)
      .toString()
      .matchAll(/^(?:private|preshared)_key=(\w{64})$/gm),
    ([, key]) => key!,
  );
  const search = new KeySearch(keys);

  it('are where they are looked for from, and what is public is where it is told', () => {
    assert.equal(keys.length, 3);
    assert.ok(search.inText(toDump(DEVICE)));
    const named = [...outputs].filter(([, text]) => text.includes(PEER.endpoint)).map(([name]) => name);
    for (const name of ['reader', 'json', 'table', 'state/wireguard.state.end', 'state-own/wireguard%2Fown.state.end'])
      assert.ok(named.includes(name), `${name} is not among ${[...outputs.keys()].join()}`);
    assert.ok(collector.received.every(({ headers }) => headers.authorization === SECRETS.TOKEN));
    assert.ok(collector.received.every(({ headers }) => headers['x-file'] === IN_A_FILE));
  });

  it('are in no output, log, recording, request, state or answer', () => {
    for (const [name, text] of outputs) {
      assert.ok(!search.inText(text) && !search.inBytes(Buffer.from(text, 'latin1')), `a key in ${name}`);
      assert.doesNotMatch(text, /swordfish/, name);
    }
  });

  it('are on no command line', () => {
    const all = [...commandLines, ...calls.map(({ args }) => args.join(' '))];
    assert.ok(calls.length > 0 && commandLines.length === 2);
    for (const line of all) assert.ok(!search.inText(line) && !line.includes('swordfish'), line);
  });

  it('can be given on no command line: there is no option for one, and an address with one is refused', async () => {
    const { output, ended } = cli('completion', 'fish');
    await ended;
    const options = Array.from(output.out.matchAll(/ -l ([a-z-]+)$/gm), ([, option]) => option!);
    assert.ok(options.includes('endpoint') && options.includes('socket'));
    assert.deepEqual(
      options.filter((option) => /header|token|secret|password|key|auth|user/.test(option)),
      [],
    );
    const refused = cli('run', '--endpoint', 'https://user:swordfish@collector.example.com:4317');
    assert.equal((await refused.ended)[0], 2);
    assert.match(refused.output.err, /--endpoint: .* without user/);
    assert.doesNotMatch(refused.output.err, /swordfish/);
  });

  it('are in no environment of a child, which knows where programs are and its language alone', () => {
    for (const { env } of calls) assert.deepEqual(Object.keys(env).toSorted(), ['LC_ALL', 'PATH']);
  });
});
