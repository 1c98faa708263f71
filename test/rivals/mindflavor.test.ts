import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { startProcess, until, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { mindflavorPath } from '../support/rival-binaries.js';
import { generateKeys, openTunnel, type Tunnel } from '../support/tunnel.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

/** Flags of theirs, and what they are in our configuration. */
const VARIANTS = [
  { flags: '', options: { friendly_names: false } },
  { flags: '-r', options: { friendly_names: false, export_remote_ip_and_port: true } },
  { flags: '-n', options: {} },
  { flags: '-s -r -n', options: { separate_allowed_ips: true, export_remote_ip_and_port: true } },
  { flags: '-d -n', options: { export_latest_handshake_delay: true } },
] as const;

describe('the profile mindflavor, beside prometheus_wireguard_exporter 3.6.6 on the same device', () => {
  let tunnel: Tunnel;
  let folder: string;
  const keys = new Map<string, string>();
  const processes: RunningProcess[] = [];

  /** Starts a program in the namespace. */
  const start = (...argv: readonly string[]): RunningProcess => {
    const started = startProcess('ip', ['netns', 'exec', tunnel.a.namespace, ...argv]);
    processes.push(started);
    return started;
  };

  before(async () => {
    tunnel = await openTunnel();
    folder = mkdtempSync(join(tmpdir(), 'wgotel-mindflavor-'));
    const { a, b } = tunnel;
    await tunnel.ping(3);
    keys.set('b', b.publicKey);
    for (const [name, settings] of [
      ['v6', ['allowed-ips', '10.97.0.3/32,fd97::3/128', 'endpoint', '[2001:db8::1]:51820']],
      ['quiet', ['allowed-ips', '10.97.1.0/24']],
    ] as const) {
      const { publicKey } = await generateKeys();
      keys.set(name, publicKey);
      await a.exec(['wg', 'set', a.interface, 'peer', publicKey, ...settings]);
    }
    const names = join(folder, 'names.conf');
    const peer = (name: string, comment: string): string =>
      `[Peer]\n# friendly_name = ${comment}\nPublicKey = ${keys.get(name)}\nAllowedIPs = 10.0.0.0/32\n`;
    writeFileSync(names, `[Interface]\n${peer('b', 'the "other" end')}${peer('v6', 'six')}`);
    const pages = VARIANTS.map(({ options }, index): [string, object] => [
      `prometheus/${index}`,
      { endpoint: `127.0.0.1:${9000 + index}`, profiles: { mindflavor: options } },
    ]);
    const config = {
      receivers: {
        wireguard: {
          include: { interfaces: [a.interface] },
          names: { configuration_files: [names] },
          initial_delay: 0,
          collection_interval: '500ms',
        },
      },
      exporters: Object.fromEntries(pages),
      service: { extensions: [] },
    };
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config), { mode: 0o600 });
    start(process.execPath, CLI, 'run', '--config', join(folder, 'config.yaml'));
    for (const [index, { flags }] of VARIANTS.entries()) {
      const args = ['-l', '127.0.0.1', '-p', `${8000 + index}`, '-i', a.interface];
      const given = flags === '' ? [] : flags.split(' ').flatMap((flag) => [flag, flag === '-n' ? names : 'true']);
      start(mindflavorPath()!, ...args, ...given);
    }
  });
  after(async () => {
    await Promise.all(processes.map((each) => each.stop()));
    await tunnel?.close();
    rmSync(folder, { recursive: true });
  });

  /** The lines of a page, with names for keys, and without the blank ones. */
  const page = async (port: number): Promise<string[]> => {
    const ask = `fetch('http://127.0.0.1:${port}/metrics').then((r) => r.text()).then(console.log, () => undefined)`;
    let text = await tunnel.a.exec([process.execPath, '-e', ask]);
    for (const [name, key] of keys) text = text.replaceAll(key, name);
    text = text.replaceAll(tunnel.a.interface, 'wg0');
    return text.split('\n').filter((line) => line !== '');
  };

  /** What they have and we do not, and the other way round. Ages go on from one question to the other. */
  const difference = async (index: number): Promise<string> => {
    const age = (line: string): string =>
      line.replace(/^(wireguard_latest_handshake_delay_seconds.*) \d{1,3}$/, '$1 AGE');
    const sinceEpoch = (line: string): string =>
      line.replace(/^(wireguard_latest_handshake_delay_seconds.*) \d{10}$/, '$1 EPOCH');
    const [theirs, ours] = await Promise.all([page(8000 + index), page(9000 + index)]);
    const lines = [theirs, ours].map((each) => each.map((line) => sinceEpoch(age(line))));
    if (lines.some((each) => each.length < 9)) return 'no answer';
    const only = (mark: string, some: readonly string[], others: readonly string[]): string[] =>
      some.filter((line) => !others.includes(line)).map((line) => `${mark} ${line}`);
    return [...only('-', lines[0]!, lines[1]!), ...only('+', lines[1]!, lines[0]!)].join('\n');
  };

  for (const [index, { flags }] of VARIANTS.entries()) {
    it(`has line by line what it has: ${flags || 'without flags'}`, async () => {
      // A keepalive may come between two questions.
      const isSame = async (): Promise<boolean> => (await difference(index)) === '';
      await until('both say the same', isSame, { timeoutMs: 20_000 }).catch(async () => {
        assert.equal(await difference(index), '');
      });
    });
  }

  it('leaves allowed IPs out where they answer nothing at all, for a peer that has none', async () => {
    const { publicKey } = await generateKeys();
    keys.set('nowhere', publicKey);
    await tunnel.a.exec(['wg', 'set', tunnel.a.interface, 'peer', publicKey]);
    const lineOf = async (port: number): Promise<string | undefined> =>
      (await page(port)).find((line) => line.startsWith('wireguard_sent_bytes_total{') && line.includes('"nowhere"'));
    assert.equal(
      await until('we see it', () => lineOf(9003)),
      'wireguard_sent_bytes_total{interface="wg0",public_key="nowhere"} 0',
    );
    assert.equal(await lineOf(8003), undefined);
    assert.equal(await until('we see it', () => lineOf(9000)), await lineOf(8000));
  });
});
