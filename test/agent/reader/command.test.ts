import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Simulator } from '@wgotel/simulator';
import { after, before, describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { startCli, type AgentProcess } from '../run/agent-process.js';

let folder: string;
let simulators: Simulator[];
let reader: AgentProcess | undefined;

const socket = (): string => join(folder, 'r', 'reader.sock');

async function cli(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { output, ended } = startCli(args);
  const [code] = await ended;
  return { code, ...output };
}

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

async function startReader(...args: string[]): Promise<void> {
  const started = startCli(['reader', '--socket', socket(), ...args]);
  reader = started;
  await until('it listens', () => existsSync(socket()) || started.child.exitCode !== null);
}

async function stopReader(signal: NodeJS.Signals): Promise<unknown> {
  reader!.child.kill(signal);
  return reader!.ended;
}

describe('wgotel reader', () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-reader-'));
    simulators = [];
    for (const name of ['wg0', 'wg1']) {
      mkdirSync(join(folder, name));
      const simulator = new Simulator({ directory: join(folder, name) });
      simulator.addDevice({ name, peers: 5, age: 600_000 });
      await simulator.start();
      simulators.push(simulator);
    }
  });
  after(async () => {
    reader?.child.kill('SIGKILL');
    for (const simulator of simulators) await simulator.close();
    rmSync(folder, { recursive: true });
  });

  it('has check and once read what it may read itself, and ends in good order', async () => {
    await startReader('--source', 'uapi', '--uapi-directory', join(folder, 'wg0'));
    assert.deepEqual([statSync(socket()).mode & 0o777, statSync(join(folder, 'r')).mode & 0o777], [0o600, 0o700]);
    const config = file('agent.yaml', `receivers: { wireguard: { source: reader, socket: ${socket()} } }\n`);
    const check = await cli('check', '--config', config);
    assert.deepEqual([check.code, check.err], [0, '']);
    assert.match(check.out, /^ok {4}receivers\.wireguard, wg0: read by uapi, 5 peers$/m);
    const once = await cli('once', '--config', config, '--format', 'json');
    assert.equal(once.code, 0);
    const { devices } = JSON.parse(once.out) as { devices: { name: string; source: string; peers: unknown[] }[] };
    assert.deepEqual(
      devices.map(({ name, source, peers }) => [name, source, peers.length]),
      [['wg0', 'uapi', 5]],
    );
    assert.deepEqual(await stopReader('SIGTERM'), [0, null]);
    assert.ok(!existsSync(socket()));
    assert.match(
      reader!.output.err,
      /\tinfo\twgotel reads WireGuard for those who ask\t.*\n.*ending.*\n.*has ended\n$/,
    );

    const missing = await cli('check', '--config', config);
    assert.equal(missing.code, 1);
    assert.match(
      missing.out,
      /^fail {2}receivers\.wireguard, reader: there is no .*reader\.sock: start wgotel reader\n {6}fix: see that wgotel reader runs/m,
    );
    assert.equal((await cli('once', '--config', config)).code, 1);
  });

  it('reads what the receivers of its configuration read, also after it was killed', async () => {
    const config = file(
      'reader.yaml',
      `receivers:
  wireguard: { source: uapi, directory: ${join(folder, 'wg0')} }
  wireguard/1: { source: uapi, directory: ${join(folder, 'wg1')} }
  wireguard/same: { source: uapi, directory: ${join(folder, 'wg1')} }
  wireguard/none: { source: uapi, directory: ${join(folder, 'wg1')}, exclude: { interfaces: wg1 } }
exporters: { otlp_grpc: { endpoint: 'https://collector.example.com:4317' } }
`,
    );
    await startReader('--config', config);
    assert.deepEqual(await stopReader('SIGKILL'), [null, 'SIGKILL']);
    assert.ok(existsSync(socket()));
    const again = startCli(['reader', '--socket', socket(), '--config', config]);
    reader = again;
    await until('it listens', () => again.output.err.includes('reads WireGuard') || again.child.exitCode !== null);
    const agent = file('two.yaml', `receivers: { wireguard: { source: reader, socket: ${socket()} } }\n`);
    const once = await cli('once', '--config', agent, '--format', 'json');
    assert.equal(once.code, 0, once.err);
    const { devices } = JSON.parse(once.out) as { devices: { name: string }[] };
    assert.deepEqual(
      devices.map(({ name }) => name),
      ['wg0', 'wg1'],
    );
    const second = await cli('reader', '--socket', socket());
    assert.equal(second.code, 2);
    assert.match(second.err, /what is read can't be told at .*reader\.sock: another agent listens there; set --socket/);
    assert.deepEqual(await stopReader('SIGINT'), [0, null]);
  });

  for (const [what, args, message] of [
    [
      'a reader to read from',
      ['--source', 'reader'],
      /receivers\.wireguard\.source: a reader can't read from a reader/,
    ],
    ['no source there is', ['--source', 'wg'], /--source: /],
    ['a path too long', ['--socket', `/tmp/${'x'.repeat(90)}`], /--socket: expected a path of at most 90 bytes/],
    ['a folder that can not be made', ['--socket', '/dev/null/reader.sock'], /told at \/dev\/null\/reader\.sock: /],
  ] as const) {
    it(`ends with 2 if it is given ${what}`, async () => {
      const { code, err } = await cli('reader', ...args);
      assert.equal(code, 2);
      assert.match(err, message);
    });
  }

  it('says in its help what it is good for, with examples', async () => {
    const { code, out } = await cli('reader', '--help');
    assert.equal(code, 0);
    assert.match(out, /Examples:\n {2}\$ sudo wgotel reader/);
    assert.match(out, /default: \$WGOTEL_CONFIG or\s+\/etc\/wgotel\/reader\.yaml/);
  });
});
