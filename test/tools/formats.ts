/** Writes a file of each format that outlives a process or is spoken between two versions, as this version of the code writes it:
 *  test/fixtures/formats/FORMAT/vN. What is there is kept as it is, for later versions to read. All keys are made for it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeQueueFile } from '@wgotel/agent';
import {
  peerId,
  recordingOf,
  runAtOnce,
  Tracker,
  tunnelId,
  type Device,
  type Peer,
  type TunnelView,
} from '@wgotel/core';
import { repositoryPath } from '../support/repository.js';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../support/snapshots.js';

const CLI = repositoryPath('packages/agent/dist/cli.js');

const { TunnelStream } = (await import(
  repositoryPath('packages/agent/dist/state-socket/tunnel-stream.js')
)) as typeof import('../../packages/agent/src/state-socket/tunnel-stream.js');

/** A device with a bit of everything, `seconds` after the beginning. */
function devicesAt(seconds: number): Device[] {
  const handshake = EPOCH + Math.floor(seconds / 120) * 120_000;
  const moved = { receiveBytes: 1000 * seconds, transmitBytes: 500 * seconds };
  const peers: Peer[] = [
    peer('steady', { ...moved, lastHandshakeTime: handshake, hasPresharedKey: true, persistentKeepaliveInterval: 25 }),
    // To and fro between two networks.
    peer('roaming', {
      ...moved,
      lastHandshakeTime: handshake,
      endpoint: `${seconds % 30 === 0 ? '192.0.2.7' : '198.51.100.7'}:51820`,
      allowedIPs: ['10.9.0.3/32', 'fd00:9::3/128'],
    }),
    // Initiates every 5 s in vain, from the fifth minute on.
    peer('unanswered', {
      lastHandshakeTime: EPOCH,
      endpoint: '203.0.113.9:51820',
      allowedIPs: ['10.9.1.0/24'],
      receiveBytes: 5000,
      transmitBytes: 7000 + 148 * Math.max(0, (seconds - 300) / 5),
    }),
    peer('never', {
      endpoint: undefined,
      allowedIPs: seconds < 450 ? ['10.9.2.1/32', '10.9.2.2/32'] : ['10.9.2.1/32'],
    }),
  ];
  if (seconds < 400) peers.push(peer('gone', { allowedIPs: ['10.9.3.1/32'] }));
  if (seconds >= 420) peers.push(peer('new', { allowedIPs: ['10.9.4.1/32'], receiveBytes: 96 }));
  return [
    device(peers, { firewallMark: 0xca6c, countingSince: EPOCH - 100_000, up: true }),
    device([peer('branch')], { name: 'wg1', type: 'kernel', netns: 'blue', source: 'wg-show', publicKey: undefined }),
  ];
}

function savedState(): string {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 4, connections: true });
  for (let seconds = 0; seconds <= 600; seconds += 15) {
    const all = devicesAt(seconds);
    const failed = seconds === 300 || seconds === 600;
    const failure = { source: 'wg-show', device: 'wg1', netns: 'blue', code: 'TIMEOUT', message: 'too slow' } as const;
    advance(tracker, snapshot(seconds, failed ? all.slice(0, 1) : all, { failures: failed ? [failure] : [] }));
  }
  return [...tracker.save('a run of the machine')].join('');
}

function toldTunnels(): string {
  const view = (label: string, fields: Partial<TunnelView> = {}): TunnelView => ({
    interface: 'wg0',
    netns: undefined,
    peerId: peerId(keyOf(label)),
    name: label,
    tunnelId: tunnelId(keyOf('device'), keyOf(label)),
    allowedIPs: ['10.9.0.2/32', 'fd00:9::2/128'],
    state: 'active',
    handshakeTime: EPOCH,
    rtt: 0.012,
    session: { traceId: '8c'.repeat(16), spanId: '5b'.repeat(8) },
    ...fields,
  });
  const bare = { name: undefined, tunnelId: undefined, handshakeTime: undefined, rtt: undefined, session: undefined };
  const first = [view('laptop'), view('phone', { ...bare, state: 'never', netns: 'blue' }), view('office')];
  const then = [view('laptop', { state: 'stale' }), first[1]!];
  const stream = new TunnelStream();
  runAtOnce(stream.advance({ views: first, time: EPOCH }));
  const pieces = [
    ...runAtOnce(stream.all(15_000)),
    ...runAtOnce(stream.advance({ views: then, time: EPOCH + 15_000 })),
  ];
  return Buffer.concat(pieces).toString();
}

/** What `wgotel … extract` makes of a configuration. */
function extracted(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'wgotel-formats-'));
  const file = join(folder, 'wg0.conf');
  const privateKey = keyOf('a private key made for this');
  const peers = [
    ['office', '10.9.1.0/24'],
    ['laptop, "old"', '10.9.0.2/32'],
  ] as const;
  const sections = peers.map(
    ([name, prefix]) => `[Peer]\n# friendly_name = ${name}\nPublicKey = ${keyOf(name)}\nAllowedIPs = ${prefix}\n`,
  );
  writeFileSync(file, [`[Interface]\nPrivateKey = ${privateKey}\nListenPort = 51820\n`, ...sections].join('\n'));
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [CLI, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    run('drift', 'extract', file, '--output', join(folder, 'setup'));
    return {
      'names/v1.csv': run('names', 'extract', file),
      'names/v1.json': run('names', 'extract', file, '--format', 'json'),
      'setup/v1.conf': readFileSync(join(folder, 'setup', 'wg0.conf'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const files: Readonly<Record<string, string | Buffer>> = {
  'queue/v1': await encodeQueueFile(Buffer.from('a request that waits')),
  'state/v1.state': savedState(),
  'recording/v1.json': recordingOf({ takenAt: EPOCH, devices: devicesAt(600), failures: [] }),
  'state-socket/v1.ndjson': toldTunnels(),
  ...extracted(),
};
for (const [name, text] of Object.entries(files)) {
  const path = repositoryPath(`test/fixtures/formats/${name}`);
  if (existsSync(path)) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`written: test/fixtures/formats/${name}`);
}
