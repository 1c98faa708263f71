import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { READER_PROTOCOL } from '@wgotel/core';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { openScratch, readManifest, tarballOf } from '../packaging/scratch.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

const PACKAGES = ['@wgotel/core', '@wgotel/agent'];

/** Bits of the kernel's capability sets. */
const CAPABILITIES = { CAP_DAC_OVERRIDE: 1n << 1n, CAP_NET_ADMIN: 1n << 12n, CAP_SYS_ADMIN: 1n << 21n };

/** Says which folders can be written to, when it is run as the service is. */
const PROBE = `
import { rmSync, writeFileSync } from 'node:fs';
const writable = process.argv.slice(2).filter((folder) => {
  try {
    writeFileSync(folder + '/probe', '');
    rmSync(folder + '/probe');
    return true;
  } catch {
    return false;
  }
});
console.log('writable: ' + writable.join(' '));`;

/** Says what becomes of sockets of a network, when it is run as the reader is. */
const NETWORK = `
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
const codes = [];
const said = (code) => codes.push(code) === 2 && console.log('network: ' + codes.join(' '));
createServer().on('error', ({ code }) => said(code)).listen(0, '127.0.0.1', () => { said('listens'); process.exit(); });
createSocket('udp4').on('error', ({ code }) => said(code)).bind(0, '127.0.0.1', () => { said('bound'); process.exit(); });`;

const FOLDERS = '/ /etc /etc/wgotel /etc/wireguard /home /opt /root /run /run/wireguard /sys /tmp /usr /var /var/lib';

/** Stands for a Collector: keeps the requests. */
const COLLECTOR = `
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
const file = createWriteStream('/run/received.json');
createServer((request, response) => {
  file.write(request.headers.authorization);
  request.on('data', (bytes) => file.write(bytes)).on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
}).listen(4318, '127.0.0.1');`;

/** A secret only root can read. */
const TOKEN = '${file:/run/credentials/wgotel.service/token}';

let machine: Machine;

/** The commands below a heading of docs/systemd.md. */
async function documented(heading: string): Promise<string> {
  const page = await readFile(repositoryPath('docs/systemd.md'), 'utf8');
  const commands = new RegExp(`^## ${heading}$.*?^\`\`\`sh\n(.*?)^\`\`\`$`, 'ms').exec(page)?.[1];
  assert.ok(commands, heading);
  return commands;
}

/** Runs what docs/systemd.md says in the folder of the clone. What is installed comes out of npm's cache. */
async function follow(commands: string): Promise<void> {
  await machine.exec(['env', '--chdir=/clone', 'npm_config_offline=true', 'sh', '-e', '-c', commands]);
}

/** Adds a drop-in, as docs/systemd.md adds the first one, and starts anew. */
async function grant(dropIn: string): Promise<void> {
  await follow((await documented('Grant')).replace('userspace.conf', dropIn));
  await restart();
}

async function restart(): Promise<void> {
  await machine.exec(['systemctl', 'restart', 'wgotel']);
  await scraped();
}

/** Waits until the agent of the running service has read WireGuard. */
async function scraped(): Promise<void> {
  await until('the agent has scraped', async () => /last scrape \d/.test((await status()).stdout), {
    timeoutMs: 30_000,
  });
}

function status(): ReturnType<Machine['try']> {
  return machine.try(['wgotel', 'status']);
}

async function property(name: string, unit = 'wgotel'): Promise<string> {
  return machine.exec(['systemctl', 'show', '--value', '--property', name, unit]);
}

function journal(...filter: string[]): Promise<string> {
  return journalOf('wgotel', ...filter);
}

/** What a unit has written so far, that which is still on its way to the journal too. */
async function journalOf(unit: string, ...filter: string[]): Promise<string> {
  await machine.exec(['journalctl', '--sync']);
  return machine.exec(['journalctl', `--unit=${unit}`, '--no-pager', '--output=cat', ...filter]);
}

/** What the kernel says of the process of a unit. */
async function processStatus(unit = 'wgotel'): Promise<Record<string, string>> {
  const text = await machine.exec(['cat', `/proc/${await property('MainPID', unit)}/status`]);
  return Object.fromEntries(text.split('\n').map((line) => line.split(/:\s+/) as [string, string]));
}

async function assertCapabilities(...names: (keyof typeof CAPABILITIES)[]): Promise<void> {
  await assertCapabilitiesOf('wgotel', ...names);
}

async function assertCapabilitiesOf(unit: string, ...names: (keyof typeof CAPABILITIES)[]): Promise<void> {
  const expected = names.reduce((sum, name) => sum | CAPABILITIES[name], 0n);
  const found = await processStatus(unit);
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    assert.equal(BigInt(`0x${found[set]}`), expected, set);
  }
}

async function writeConfig({ source = 'auto', receivers = '', rest = '' } = {}): Promise<void> {
  await machine.write(
    '/etc/wgotel/config.yaml',
    `receivers:
  wireguard: { source: ${source}, collection_interval: 1s, names: { files: [/run/wgotel/names.csv] } }
  ${receivers}
exporters:
  otlp_http:
    { endpoint: http://127.0.0.1:4318, encoding: json, compression: none, headers: { authorization: '${TOKEN}' } }
${rest}`,
  );
}

/** Makes a device of wireguard-go with one peer, and its configuration with the peer's name. */
async function openDevice(name: string, peer: string, within: readonly string[] = []): Promise<void> {
  const privateKey = await machine.exec(['wg', 'genkey']);
  const peerKey = await machine.exec(['sh', '-c', 'wg genkey | wg pubkey']);
  const file = `/etc/wireguard/${name}.conf`;
  const peerSection = `[Peer]\n# friendly_name = ${peer}\nPublicKey = ${peerKey}\nAllowedIPs = 10.97.0.2/32\n`;
  await machine.write(file, `[Interface]\nPrivateKey = ${privateKey}\n\n${peerSection}`, 0o600);
  const asService = ['systemd-run', `--unit=wireguard-go-${name}`, '--property=Type=forking'];
  await machine.exec([...asService, ...within, 'wireguard-go', name]);
  await machine.exec([...within, 'wg', 'setconf', name, file]);
  await machine.exec([...within, 'ip', 'link', 'set', name, 'up']);
}

/** Packs the agent and has npm fetch all it needs into its cache; returns the tarballs by their path in the machine. */
async function pack(): Promise<{ tarballs: Record<string, string>; remove: () => Promise<void> }> {
  const scratch = await openScratch();
  const paths = PACKAGES.map((name) => tarballOf(scratch, name));
  const prefix = join(paths[0]!, '..', 'global');
  await execa('npm', ['install', '--global', '--prefix', prefix, '--ignore-scripts', ...paths]);
  return {
    tarballs: Object.fromEntries(paths.map((path) => [`/clone/${basename(path)}`, path])),
    remove: () => scratch.remove(),
  };
}

describe('the systemd unit on a bare Debian', () => {
  let removeTarballs: () => Promise<void>;
  before(async () => {
    const { tarballs, remove } = await pack();
    removeTarballs = remove;
    machine = await Machine.boot({ ...tarballs, '/clone/deploy': repositoryPath('deploy') });
    await machine.write('/opt/collector.mjs', COLLECTOR);
    await machine.exec(['systemd-run', '--unit=collector', 'node', '/opt/collector.mjs']);
    await machine.write('/opt/probe.mjs', PROBE);
    await machine.write('/etc/wgotel/token', 'swordfish', 0o600);
    await machine.write(
      '/etc/systemd/system/wgotel.service.d/test.conf',
      `[Service]
LoadCredential=token:/etc/wgotel/token
ExecStartPost=/usr/bin/env node /opt/probe.mjs ${FOLDERS}
`,
    );
    await openDevice('wg0', 'office');
    await writeConfig();
  });
  after(async () => {
    await machine?.close();
    await removeTarballs?.();
  });

  it('is installed, with the agent, as docs/systemd.md says', async () => {
    await follow(await documented('Install'));
    const { version } = await readManifest(repositoryPath('packages/agent'));
    assert.equal(await machine.exec(['wgotel', '--version']), version);
    assert.equal(await property('LoadState'), 'loaded');
  });

  it('starts, now and with the machine', async () => {
    await follow(await documented('Run'));
    await scraped();
    assert.deepEqual([await property('ActiveState'), await property('UnitFileState')], ['active', 'enabled']);
  });

  it('has a user of its own, and CAP_NET_ADMIN alone', async () => {
    const { Uid, NoNewPrivs, Seccomp, CoreDumping } = await processStatus();
    const uid = Number(Uid?.split('\t')[0]);
    assert.ok(uid >= 61184 && uid <= 65519, `${Uid} is no dynamic user`);
    assert.deepEqual({ NoNewPrivs, Seccomp, CoreDumping }, { NoNewPrivs: '1', Seccomp: '2', CoreDumping: '0' });
    await assertCapabilities('CAP_NET_ADMIN');
  });

  it('says which drop-in is missing for userspace devices', async () => {
    const { stdout, exitCode } = await status();
    assert.match(stdout, /no permission for \/var\/run\/wireguard\/wg0\.sock.*\n.*wgotel\.service\.d\/userspace\.conf/);
    assert.equal(exitCode, 3);
    const warnings = await journal('--priority=warning');
    assert.match(warnings, /\twarn\tuapi: no permission for \/var\/run\/wireguard\/wg0\.sock/);
    assert.doesNotMatch(warnings, /\tinfo\t/);
  });

  it('reads names out of /etc/wireguard with names.conf, and still has no other privilege', async () => {
    assert.match(await journal(), /\twarn\tnames can not be read.*ENOENT/);
    await grant('names.conf');
    assert.match(await journal(), /^\/etc\/wireguard\/wg0\.conf: 1 name$/m);
    assert.doesNotMatch(await journal(`_PID=${await property('MainPID')}`), /names can not be read/);
    await assertCapabilities('CAP_NET_ADMIN');
  });

  it('reads userspace devices with userspace.conf', async () => {
    await grant('userspace.conf');
    const { stdout } = await status();
    assert.match(stdout, /^ {2}wg0: up, 1 never$/m);
    assert.match(await journal(`_PID=${await property('MainPID')}`), /\tinfo\twg0 is read by uapi/);
    assert.match(await journal(), /\tinfo\tnetlink: the kernel has no WireGuard device/);
    await assertCapabilities('CAP_NET_ADMIN', 'CAP_DAC_OVERRIDE');
  });

  it('delivers what it reads, with the names and with a secret that only root can read', async () => {
    const received = (): Promise<string> => machine.exec(['cat', '/run/received.json']);
    await until('a point with the name', async () => (await received()).includes('office'));
    assert.match(await received(), /^swordfish\{/);
    assert.doesNotMatch(await journal(), /swordfish/);
  });

  it('enters other network namespaces with netns.conf', async () => {
    await machine.exec(['ip', 'netns', 'add', 'branch']);
    await openDevice('wg1', 'site', ['ip', 'netns', 'exec', 'branch']);
    const sources = ['wg-show', 'netlink'];
    await writeConfig({
      receivers: sources
        .map((source) => `wireguard/${source}: { source: ${source}, netns: [branch], collection_interval: 1s }`)
        .join('\n  '),
    });
    await restart();
    for (const source of sources) {
      assert.match((await status()).stdout, new RegExp(`failure: ${source}: .*\\n.*wgotel\\.service\\.d/netns\\.conf`));
    }
    await grant('netns.conf');
    assert.match((await status()).stdout, /^ {2}wg1 in branch: up, 1 never$/m);
    assert.doesNotMatch((await status()).stdout, /failure/);
    await assertCapabilities('CAP_NET_ADMIN', 'CAP_DAC_OVERRIDE', 'CAP_SYS_ADMIN');
  });

  it('writes nowhere but in a folder for temporary files that nobody else sees, whatever is granted', async () => {
    const writable = (await journal()).match(/^writable: .*$/gm);
    assert.deepEqual(new Set(writable), new Set(['writable: /tmp']));
  });

  it('takes another configuration on reload, and keeps the old one if the new one is wrong', async () => {
    const pid = await property('MainPID');
    await writeConfig({ rest: 'service: { telemetry: { logs: { level: debug } } }' });
    await machine.exec(['systemctl', 'reload', 'wgotel']);
    await until('it was read again', async () => (await journal()).includes('the configuration was read again'));
    await writeConfig({ rest: 'nonsense: true' });
    await machine.exec(['systemctl', 'reload', 'wgotel']);
    await until('it was refused', async () => /reload failed: [^]*nonsense/.test((await status()).stdout));
    assert.match(await journal(), /\terror\tthe old configuration stays/);
    assert.deepEqual([await property('MainPID'), await property('ActiveState')], [pid, 'active']);
    await writeConfig();
  });

  it('is started again when it is killed', async () => {
    const pid = await property('MainPID');
    assert.equal(await property('NRestarts'), '0');
    await machine.exec(['systemctl', 'kill', '--kill-whom=main', '--signal=SIGKILL', 'wgotel']);
    await until('it runs again', async () => (await property('NRestarts')) === '1', { timeoutMs: 30_000 });
    await scraped();
    assert.notEqual(await property('MainPID'), pid);
  });

  it('ends in good order', async () => {
    const pid = await property('MainPID');
    await machine.exec(['systemctl', 'stop', 'wgotel']);
    assert.deepEqual(
      [await property('ActiveState'), await property('Result'), await property('ExecMainStatus')],
      ['inactive', 'success', '0'],
    );
    const lines = (await journal(`_PID=${pid}`)).split('\n').map((line) => line.split('\t')[2]);
    assert.equal(lines[0], 'wgotel reads WireGuard');
    assert.deepEqual(lines.slice(-2), ['wgotel is ending', 'wgotel has ended']);
  });

  it('gave systemd no cause for complaint but that once', async () => {
    const complaints = await journal('_PID=1', '--priority=warning');
    assert.deepEqual(complaints.split('\n'), [
      'wgotel.service: Main process exited, code=killed, status=9/KILL',
      "wgotel.service: Failed with result 'signal'.",
    ]);
  });

  describe('in split mode', () => {
    const READER = 'wgotel-reader';
    const SOCKET = READER_PROTOCOL.socket;

    before(async () => {
      await machine.write('/opt/network.mjs', NETWORK);
      await machine.write(
        '/etc/systemd/system/wgotel-reader.service.d/test.conf',
        '[Service]\nExecStartPost=/usr/bin/env node /opt/network.mjs\n',
      );
      await follow(await documented('Split'));
      await writeConfig({ source: 'reader' });
      await machine.exec(['systemctl', 'stop', 'wgotel']);
      await machine.exec(['truncate', '--size=0', '/run/received.json']);
      await machine.exec(['systemctl', 'start', 'wgotel']);
      await scraped();
    });

    it('has no capability in the agent, and in the reader what was granted before', async () => {
      await assertCapabilities();
      await assertCapabilitiesOf(READER, 'CAP_NET_ADMIN', 'CAP_DAC_OVERRIDE', 'CAP_SYS_ADMIN');
      const [agent, reader] = [await processStatus(), await processStatus(READER)];
      assert.deepEqual([agent['NoNewPrivs'], agent['Seccomp'], agent['CoreDumping']], ['1', '2', '0']);
      assert.deepEqual([reader['NoNewPrivs'], reader['Seccomp'], reader['CoreDumping']], ['1', '2', '0']);
      assert.equal(agent['Uid'], reader['Uid']);
    });

    it('delivers what the reader reads of a userspace device', async () => {
      const received = (): Promise<string> => machine.try(['cat', '/run/received.json']).then(({ stdout }) => stdout);
      await until('a point with the name', async () => (await received()).includes('office'));
      assert.match((await status()).stdout, /^ {2}wg0: up, 1 (?:never|stale)$/m);
      const output = await machine.exec(['wgotel', 'once', '--source', 'reader', '--format', 'json']);
      const { devices, failures } = JSON.parse(output) as { devices: { name: string; source: string }[]; failures: [] };
      assert.deepEqual(failures, []);
      assert.ok(devices.some(({ name, source }) => name === 'wg0' && source === 'uapi'));
    });

    it('answers its own user, and nobody else', async () => {
      const uid = (await processStatus())['Uid']!.split('\t')[0]!;
      assert.equal(await machine.exec(['stat', '--format=%A %u', SOCKET]), `srw------- ${uid}`);
      const ask = ['node', '-e', `require('net').connect('${SOCKET}').on('error', (e) => console.log(e.code))`];
      const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
      assert.equal(await machine.exec([...asNobody, ...ask]), 'EACCES');
    });

    it('has no socket of a network in the reader, and none can be made there', async () => {
      const pid = await property('MainPID', READER);
      const files = await machine.exec(['ls', '-l', `/proc/${pid}/fd`]);
      const open = new Set([...files.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) => inode));
      assert.ok(open.size > 0);
      for (const table of ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6', 'packet']) {
        const rows = (await machine.exec(['cat', `/proc/${pid}/net/${table}`])).split('\n').slice(1);
        const inodes = rows.flatMap((row) => row.trim().split(/\s+/));
        assert.deepEqual(
          inodes.filter((inode) => open.has(inode)),
          [],
          table,
        );
      }
      assert.match(await journalOf(READER), /^network: EAFNOSUPPORT EAFNOSUPPORT$/m);
    });

    it('can not look into the reader from the agent, though both are one user', async () => {
      const pid = await property('MainPID', READER);
      const uid = (await processStatus())['Uid']!.split('\t')[0]!;
      const asAgent = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--inh-caps=-all'];
      // Into another one of theirs they can.
      await machine.exec([...asAgent, 'sh', '-c', 'sleep 60 & head -c 1 /proc/$!/environ && kill $!']);
      for (const file of ['environ', 'mem', 'maps']) {
        const { exitCode, stderr } = await machine.try([...asAgent, 'head', '-c', '1', `/proc/${pid}/${file}`]);
        assert.notEqual(exitCode, 0, file);
        assert.match(stderr, /Permission denied|Operation not permitted/, file);
      }
    });

    it('says that the reader has died, and goes on once it is there again', async () => {
      const failure = /failure: reader: (?:there is no|nobody listens at) \/run\/wgotel-reader\/reader\.sock/;
      await machine.exec(['systemctl', 'stop', READER]);
      await until('the agent misses it', async () => failure.test((await status()).stdout));
      await machine.exec(['systemctl', 'start', READER]);
      await until('the agent has it again', async () => !failure.test((await status()).stdout));
      assert.equal(await property('ExecMainStatus', READER), '0');
    });

    it('goes on as a user that stays, whose group lets an application ask for tunnels', async () => {
      const application = `
import { get } from 'node:http';
get({ socketPath: '/run/wgotel/state/wgotel.sock', path: '/v1/tunnels?watch=false' }, (answer) =>
  answer.once('data', (bytes) => console.log('tunnels: ' + JSON.parse(bytes.toString().split('\\n')[0]).type)),
).on('error', ({ code }) => console.log('tunnels: ' + code));`;
      await machine.write('/opt/application.mjs', application);
      await machine.write(
        '/etc/systemd/system/application.service',
        '[Service]\nType=oneshot\nDynamicUser=yes\nExecStart=/usr/bin/env node /opt/application.mjs\n',
      );
      const said = async (): Promise<string[]> => {
        await machine.exec(['systemctl', 'daemon-reload']);
        await machine.exec(['systemctl', 'start', 'application']);
        const lines = await journalOf('application');
        return lines.match(/^tunnels: .*$/gm) ?? [];
      };
      await machine.exec(['systemctl', 'stop', 'wgotel', READER]);
      await machine.exec(['systemd-sysusers', '/clone/deploy/systemd/sysusers.d/wgotel.conf']);
      await machine.exec(['systemctl', 'start', 'wgotel']);
      await scraped();
      const uid = await machine.exec(['id', '--user', 'wgotel']);
      for (const unit of ['wgotel', READER]) assert.equal((await processStatus(unit))['Uid']!.split('\t')[0], uid);
      assert.match((await status()).stdout, /^ {2}wg0: up, 1 (?:never|stale)$/m);
      assert.deepEqual(await said(), ['tunnels: EACCES']);
      await machine.exec(['cp', '-r', '/clone/deploy/systemd/application.service.d', '/etc/systemd/system/']);
      assert.deepEqual(await said(), ['tunnels: EACCES', 'tunnels: header']);
    });
  });

  // What is nested runs after all that is not.
  describe('in the end', () => {
    it('is removed as docs/systemd.md says, but for what others have put there', async () => {
      await machine.exec(['systemctl', 'start', 'wgotel']);
      const refused = await machine.try(['wgotel', 'remove', '--purge']);
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /nothing was removed: wgotel(?:-reader)?\.service is active; stop it first/);
      await machine.exec(['touch', '/var/lib/wgotel/wireguard.state']);
      await follow(await documented('Remove'));
      const left = await machine.exec(['find', '/etc', '/run', '/usr/bin', '/var/lib', '-path', '*wgotel*']);
      assert.deepEqual(
        left
          .split('\n')
          .filter((path) => !path.startsWith('/run/systemd/'))
          .toSorted(),
        [
          '/etc/systemd/system/wgotel-reader.service.d',
          '/etc/systemd/system/wgotel-reader.service.d/test.conf',
          '/etc/systemd/system/wgotel.service.d',
          '/etc/systemd/system/wgotel.service.d/test.conf',
          '/etc/wgotel',
          '/etc/wgotel/token',
        ],
      );
    });
  });
});
