import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import { startCli } from './run/agent-process.js';

const load = (file: string): Promise<unknown> => import(repositoryPath(`packages/agent/dist/${file}.js`));
const { remove } = (await load(
  'commands/remove/command',
)) as typeof import('../../packages/agent/src/commands/remove/command.js');
const { Host } = (await load(
  'commands/remove/host',
)) as typeof import('../../packages/agent/src/commands/remove/host.js');

const PLACES = { storages: ['/var/lib/wgotel', '/srv/state'], stateSocket: '/run/wgotel/state/wgotel.sock' };

const DATA = [
  '/etc/default/wgotel',
  '/etc/wgotel/config.yaml',
  '/etc/wgotel/reader.yaml',
  '/srv/state/queue/otlp_grpc/metrics/000000000000007-120',
  '/srv/state/queue/otlp_grpc/metrics/000000000000008-1.unknown',
  '/srv/state/queue/otlp_http%2Fbackup/traces/000000000000000-3.new',
  '/srv/state/wireguard%2Fbranch.state.end',
  '/srv/state/wireguard.state',
  '/srv/state/wireguard.state.new',
  '/srv/state/wireguard.state.unused',
  '/var/lib/private/wgotel/wireguard.state.end',
];
const REST = [
  '/etc/bash_completion.d/wgotel',
  '/etc/systemd/system/wgotel-reader.service.d/userspace.conf',
  '/run/wgotel/names.csv',
  '/run/wgotel/names.csv.4711.tmp',
  '/run/wgotel/setup/wg0.conf',
  '/run/wgotel/setup/wg1.netdev',
];
/** Made for the purpose by wgotel, the service manager or by who followed the documentation. */
const FOLDERS = [
  '/etc/systemd/system/wgotel.service.d',
  '/etc/wgotel',
  '/run/wgotel',
  '/run/wgotel/setup',
  '/run/wgotel/state',
  '/srv/state',
  '/var/lib/private/wgotel',
];
/** Of the host and others. */
const OTHERS = ['/etc/systemd/system/other.service', '/etc/default/ssh', '/etc/sysusers.d/other.conf', '/srv/readme'];

let root: string;
let servers: Server[];

const at = (path: string): string => join(root, path);

function write(path: string, text = 'x'): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

/** A socket that nobody listens at any more, as a killed process leaves it. */
async function socket(path: string, listens = false): Promise<void> {
  mkdirSync(dirname(at(path)), { recursive: true });
  const server = createServer().listen(listens ? at(path) : `${at(path)}.x`);
  servers.push(server);
  await once(server, 'listening');
  if (listens) return;
  // Node removes the path it was given when it closes.
  renameSync(`${at(path)}.x`, at(path));
  server.close();
  await once(server, 'close');
}

/** Everything below the root, folders with a slash at the end. */
function tree(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => `${join(entry.parentPath, entry.name).slice(root.length)}${entry.isDirectory() ? '/' : ''}`)
    .toSorted();
}

/** What there is on a host with all that there can be. */
async function install(): Promise<void> {
  for (const path of [...DATA, ...REST]) write(path);
  const system = at('/etc/systemd/system');
  cpSync(repositoryPath('deploy/systemd'), system, { recursive: true });
  mkdirSync(at('/etc/sysusers.d'), { recursive: true });
  cpSync(join(system, 'sysusers.d/wgotel.conf'), at('/etc/sysusers.d/wgotel.conf'));
  // That one is for units of others.
  for (const folder of ['sysusers.d', 'application.service.d']) rmSync(join(system, folder), { recursive: true });
  mkdirSync(join(system, 'multi-user.target.wants'));
  symlinkSync('/etc/systemd/system/wgotel.service', join(system, 'multi-user.target.wants/wgotel.service'));
  symlinkSync('private/wgotel', at('/var/lib/wgotel'));
  await socket('/var/lib/private/wgotel/lock');
  await socket('/srv/state/lock');
  await socket('/run/wgotel/state/wgotel.sock');
  await socket('/run/wgotel-reader/reader.sock');
  await socket('/run/wgotel/state/.wgotel.sock.4711');
}

interface Outcome {
  readonly code: number;
  readonly said: readonly string[];
  readonly complaints: readonly string[];
}

async function run(flags: { purge?: boolean; dryRun?: boolean } = {}, host = new Host(root)): Promise<Outcome> {
  const [said, complaints] = [[] as string[], [] as string[]];
  const code = await remove(
    PLACES,
    flags,
    host,
    (line) => said.push(line),
    (line) => complaints.push(line),
  );
  return { code, said, complaints };
}

const paths = (said: readonly string[], prefix: string): string[] =>
  said.filter((line) => line.startsWith(`${prefix} `)).map((line) => line.slice(prefix.length + 1).replace(/: .*/, ''));

describe('wgotel remove', () => {
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'wgotel-remove-'));
    servers = [];
    for (const path of OTHERS) write(path);
  });
  afterEach(() => {
    for (const server of servers) server.close();
    rmSync(root, { recursive: true });
  });

  it('--purge removes all that there can be, and nothing else', async () => {
    await install();
    const { code, said, complaints } = await run({ purge: true });
    assert.deepEqual([code, complaints, paths(said, 'stays')], [0, [], []]);
    const left = tree();
    assert.deepEqual(
      left.filter((path) => !path.endsWith('/')),
      OTHERS.toSorted(),
    );
    for (const folder of FOLDERS) assert.ok(!left.includes(`${folder}/`), folder);
    for (const folder of [
      '/etc/default/',
      '/etc/systemd/system/multi-user.target.wants/',
      '/srv/',
      '/var/lib/private/',
    ]) {
      assert.ok(left.includes(folder), folder);
    }
    assert.ok(said.includes('then: systemctl daemon-reload'));
    assert.deepEqual(await run({ purge: true }), { code: 0, said: ['there is nothing to remove'], complaints: [] });
  });

  it('without --purge keeps data, and says so', async () => {
    await install();
    const { code, said } = await run();
    assert.equal(code, 0);
    assert.deepEqual(paths(said, 'stays').toSorted(), [
      '/etc/default/wgotel',
      '/etc/wgotel',
      '/srv/state',
      '/var/lib/private/wgotel',
      '/var/lib/wgotel',
    ]);
    for (const path of DATA) assert.ok(existsSync(at(path)), path);
    for (const path of REST) assert.ok(!existsSync(at(path)), path);
    assert.ok(!existsSync(at('/run/wgotel')));
  });

  it('--dry-run changes nothing and says what would be done', async () => {
    await install();
    const before = tree();
    const dry = await run({ purge: true, dryRun: true });
    assert.deepEqual(tree(), before);
    const real = await run({ purge: true });
    assert.deepEqual(paths(dry.said, 'would be removed'), paths(real.said, 'removed'));
  });

  it('leaves what is foreign, with its folder, and says where', async () => {
    await install();
    const foreign = [
      '/etc/systemd/system/wgotel.service.d/override.conf',
      '/etc/wgotel/token',
      '/run/wgotel/notes',
      '/run/wgotel/setup/readme',
      '/srv/state/backup/wireguard.state',
      '/srv/state/other.state',
      '/srv/state/queue/otlp_grpc/logs/notes',
      '/srv/state/queue/other/metrics/000000000000000-1',
      '/srv/state/wireguard.state.bak',
      '/var/lib/private/wgotel/x',
    ];
    for (const path of foreign) write(path);
    const { code, said } = await run({ purge: true });
    assert.equal(code, 0);
    const left = tree().filter((path) => !path.endsWith('/'));
    assert.deepEqual(left, [...OTHERS, ...foreign].toSorted());
    for (const path of foreign.filter((each) => !/backup|other\/metrics/.test(each))) {
      assert.ok(said.includes(`stays ${path}: it is not known to be of wgotel`), path);
    }
    for (const folder of ['/srv/state/backup', '/srv/state/queue/other']) {
      assert.ok(said.includes(`stays ${folder}: it is not known to be of wgotel`), folder);
    }
  });

  it('follows no link, and takes nothing of another kind for its own', async () => {
    write('/home/someone/precious');
    write('/home/someone/folder/wireguard.state');
    mkdirSync(at('/srv'), { recursive: true });
    symlinkSync('../home/someone/folder', at('/srv/state'));
    write('/home/someone/queue/metrics/000000000000000-1');
    mkdirSync(at('/var/lib/wgotel/queue'), { recursive: true });
    symlinkSync('../../../../home/someone/queue', at('/var/lib/wgotel/queue/otlp_grpc'));
    mkdirSync(at('/run/wgotel/names.csv'), { recursive: true });
    mkdirSync(at('/run/wgotel/setup'));
    symlinkSync('../../../home/someone/precious', at('/run/wgotel/setup/wg0.conf'));
    write('/run/wgotel/state/wgotel.sock');
    mkdirSync(at('/etc/systemd/system/multi-user.target.wants'), { recursive: true });
    symlinkSync('/home/someone/precious', at('/etc/systemd/system/multi-user.target.wants/wgotel.service'));
    const before = tree();
    const { code, said } = await run({ purge: true });
    assert.deepEqual([code, tree()], [0, before]);
    assert.ok(said.includes('stays /srv/state: it is a link, which is not followed'));
    assert.equal(readlinkSync(at('/srv/state')), '../home/someone/folder');
  });

  for (const path of ['/srv/state/lock', '/run/wgotel/state/wgotel.sock', '/run/wgotel-reader/reader.sock']) {
    it(`is refused while an agent answers at ${path}`, async () => {
      write('/srv/state/wireguard.state');
      await socket(path, true);
      const before = tree();
      for (const dryRun of [true, false]) {
        const { code, said, complaints } = await run({ purge: true, dryRun });
        assert.deepEqual([code, said, tree()], [1, [], before]);
        assert.match(complaints.join('\n'), new RegExp(`an agent answers at ${path}; stop it first`));
      }
    });
  }

  it('is refused while the unit is active', async () => {
    await install();
    class Active extends Host {
      override runningUnit(): string {
        return 'wgotel.service is activating';
      }
    }
    const before = tree();
    const { code, complaints } = await run({ purge: true }, new Active(root));
    assert.deepEqual([code, tree()], [1, before]);
    assert.match(complaints.join('\n'), /nothing was removed: wgotel\.service is activating; stop it first/);
  });

  it('goes on after what can not be removed, and ends with 3', async () => {
    await install();
    class ReadOnly extends Host {
      override remove(path: string, isFolder: boolean): void {
        if (path === '/etc/wgotel/config.yaml') throw Object.assign(new Error('no'), { code: 'EROFS' });
        super.remove(path, isFolder);
      }
    }
    const { code, complaints } = await run({ purge: true }, new ReadOnly(root));
    assert.equal(code, 3);
    assert.deepEqual(complaints, [
      "/etc/wgotel/config.yaml can't be removed: EROFS",
      "/etc/wgotel can't be removed: ENOTEMPTY",
    ]);
    assert.ok(!existsSync(at('/srv/state')));
  });

  describe('as a command', () => {
    const cli = async (text: string, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> => {
      write('/config.yaml', text);
      const { output, ended } = startCli(['remove', '--config', at('/config.yaml'), ...args]);
      const [code] = await ended;
      return { code, ...output };
    };
    const extensions = (): string => `extensions:
  file_storage/mine: { directory: '${at('/mine')}' }
  state_socket: { path: '${at('/sockets/s.sock')}' }`;

    it('finds folders in a configuration whose secrets are not there', async () => {
      write('/mine/wireguard.state');
      const exporters = "exporters: { otlp_grpc: { headers: { a: '${file:/no/such/secret}', b: '${env:NO_SUCH}' } } }";
      const { code, out } = await cli(`${exporters}\n${extensions()}`, '--purge', '--dry-run');
      assert.equal(code, 0, out);
      assert.ok(out.includes(`would be removed ${at('/mine/wireguard.state')}\n`), out);
      assert.ok(existsSync(at('/mine/wireguard.state')));
    });

    it('ends with 2 if it can not tell where things are', async () => {
      const { code, err } = await cli("extensions: { file_storage: { directory: '../x' } }", '--purge', '--dry-run');
      assert.equal(code, 2);
      assert.match(err, /config\.yaml:1:\d+ extensions\.file_storage\.directory: expected an absolute path/);
    });
  });

  it('is told of all that deploy/systemd has to install', async () => {
    await install();
    const files = readdirSync(repositoryPath('deploy/systemd'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .filter((name) => name !== 'tunnels.conf');
    const { said } = await run({ purge: true });
    for (const name of files)
      assert.ok(
        paths(said, 'removed').some((path) => path.endsWith(`/${name}`)),
        name,
      );
    assert.ok(readFileSync(repositoryPath('docs/upgrading.md'), 'utf8').includes('wgotel remove --purge'));
  });
});
