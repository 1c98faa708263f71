import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa, type Options } from 'execa';
import { after, afterEach, before, describe, it } from 'mocha';
import { Simulator } from '@wgotel/simulator';
import { repositoryPath } from '../support/repository.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

interface Result {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function once(args: readonly string[], options: Options = {}): Promise<Result> {
  const result = await execa(process.execPath, [CLI, 'once', ...args], { ...options, reject: false });
  return { exitCode: result.exitCode, stdout: String(result.stdout), stderr: String(result.stderr) };
}

describe('wgotel once', () => {
  let folder: string;
  let simulator: Simulator;
  const sockets = (): string => join(folder, 'sockets');
  const read = (...args: string[]): Promise<Result> =>
    once(['--source', 'uapi', '--uapi-directory', sockets(), ...args]);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wgotel-once-'));
    simulator = new Simulator({ directory: sockets() });
    simulator.addDevice({ name: 'once0', peers: 40, age: 3_600_000 });
    await simulator.start();
  });
  const added: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const device of added.splice(0)) await device.close();
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  it('prints a table, on standard output alone', async () => {
    const { exitCode, stdout, stderr } = await read();
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    const [heading = '', titles = '', ...peers] = stdout.split('\n');
    assert.match(heading, /^once0 · 40 peers: .* · port 51820 · userspace, read by uapi$/);
    assert.match(titles, /^PEER +STATE +HANDSHAKE +RECEIVED +SENT +ENDPOINT +ALLOWED IPS$/);
    assert.equal(peers.length, 40);
  });

  it('prints JSON', async () => {
    const { exitCode, stdout } = await read('--format', 'json');
    const { devices, failures } = JSON.parse(stdout) as { devices: { name: string; peers: object[] }[]; failures: [] };
    assert.equal(exitCode, 0);
    assert.deepEqual(
      devices.map(({ name, peers }) => [name, peers.length]),
      [['once0', 40]],
    );
    assert.deepEqual(failures, []);
  });

  it('prints OTLP JSON with the resource of the environment', async () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'site=paris' };
    const { exitCode, stdout } = await once(['--source', 'uapi', '--uapi-directory', sockets(), '--format', 'otlp'], {
      env,
    });
    const { resourceMetrics } = JSON.parse(stdout) as { resourceMetrics: { resource: { attributes: object[] } }[] };
    assert.equal(exitCode, 0);
    const site = { key: 'site', value: { stringValue: 'paris' } };
    assert.ok(resourceMetrics[0]!.resource.attributes.some((each) => JSON.stringify(each) === JSON.stringify(site)));
  });

  it('keeps what it could read and says what it could not', async () => {
    const silent = simulator.addDevice({ name: 'once1' });
    added.push(silent);
    await silent.open();
    await silent.setFault({ type: 'silent' });
    const { exitCode, stdout, stderr } = await read('--timeout', '300ms', '--format', 'json');
    assert.equal(exitCode, 3);
    assert.match(stdout, /"code": "TIMEOUT"/);
    assert.match(stderr, /^error: uapi: .*once1\.sock gave no full answer in time/);
  });

  it('says how to add a peer to a device that has none', async () => {
    const empty = simulator.addDevice({ name: 'once2' });
    added.push(empty);
    await empty.open();
    const { exitCode, stdout, stderr } = await read();
    assert.equal(exitCode, 0);
    assert.match(stdout, /^once2 · no peers/m);
    assert.match(stderr, /^note: once2 has no peers; add one with `wg set once2 peer /);
  });

  it('says how to bring a device up where there is none', async () => {
    const { exitCode, stdout, stderr } = await once(['--source', 'uapi', '--uapi-directory', join(folder, 'none')]);
    assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' });
    assert.match(stderr, /there is no WireGuard device here; bring one up/);
  });

  it('says what to install where there is no wg', async () => {
    const { exitCode, stdout, stderr } = await once(['--source', 'wg-show'], { env: { PATH: folder } });
    assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' });
    assert.match(stderr, /error: wg-show: .*install wireguard-tools/);
  });

  it('says which privilege is missing', async () => {
    const locked = join(folder, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o000);
    const asUser = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { exitCode, stdout, stderr } = await once(['--source', 'uapi', '--uapi-directory', locked], asUser);
    assert.deepEqual({ exitCode, stdout }, { exitCode: 1, stdout: '' });
    assert.match(stderr, /^error: uapi: no permission for .*CAP_DAC_OVERRIDE/);
  });

  for (const [args, complaint] of [
    [['--source', 'ethtool'], /auto, uapi, netlink, wg-show/],
    [['--format', 'yaml'], /table, json, otlp/],
    [['--timeout', '10'], /expected a duration such as/],
    [['--nonsense'], /unknown option/],
  ] as const) {
    it(`refuses ${args.join(' ')}`, async () => {
      const { exitCode, stdout, stderr } = await once(args);
      assert.deepEqual({ exitCode, stdout }, { exitCode: 2, stdout: '' });
      assert.match(stderr, complaint);
    });
  }

  it('lists all that is wrong at once, as `run` does', async () => {
    const { exitCode, stderr } = await once(['--source', 'x', '--uapi-directory', '', '--timeout', '5']);
    assert.equal(exitCode, 2);
    assert.equal(
      stderr,
      `wgotel: the configuration can't be used:
  --source: expected one of auto, uapi, netlink, wg-show, reader, recorded, not 'x'
  --timeout: expected a duration such as 300ms, 15s or 1m30s, at least 1 ms, not '5'
  --uapi-directory: expected a text that is not empty, not ''`,
    );
  });

  it('refuses a resource it can not read', async () => {
    const { exitCode, stderr } = await once(['--format', 'otlp'], { env: { OTEL_RESOURCE_ATTRIBUTES: 'nonsense' } });
    assert.equal(exitCode, 2);
    assert.match(stderr, /OTEL_RESOURCE_ATTRIBUTES/);
  });

  for (const args of [
    ['once', '--source', 'uapi'],
    ['run', '--help'],
  ]) {
    it(`does not mind a reader that goes away from \`wgotel ${args.join(' ')}\``, async () => {
      const directory = args[0] === 'once' ? ['--uapi-directory', sockets()] : [];
      const child = execa(process.execPath, [CLI, ...args, ...directory], { buffer: false });
      child.stdout.destroy();
      const { exitCode } = await child;
      assert.equal(exitCode, 0);
    });
  }
});
