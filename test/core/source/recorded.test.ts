import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerId, recordingOf, SOURCES, Tracker, type Device, type Reading } from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';
import { parseRecording } from './internals.js';

const ALICE = peer('alice', {
  endpoint: '192.168.1.7:51820',
  allowedIPs: ['10.9.0.2/32', 'fd00:9::2/128', '0.0.0.0/0', '::/0'],
  lastHandshakeTime: EPOCH - 60_000,
  receiveBytes: 2 ** 53,
  transmitBytes: 148,
  persistentKeepaliveInterval: 25,
});
const BOB = peer('bob', { endpoint: '[fe80::1%eth0]:1', allowedIPs: ['10.9.0.0/24'], hasPresharedKey: undefined });
const DEVICES = [
  device([ALICE, BOB], { firewallMark: 0xca6c, countingSince: EPOCH - 100_000, up: true, netns: 'blue' }),
  device([peer('alice', { endpoint: '192.168.1.7:51820' })], {
    name: 'wg1',
    publicKey: undefined,
    listenPort: undefined,
  }),
];
const TEXT = recordingOf({ takenAt: EPOCH, devices: DEVICES, failures: [] });

let folder: string;

/** Reads a recording at a time. */
async function read(text: string, now: number, reads?: (name: string) => boolean): Promise<Reading> {
  const file = join(folder, 'recording.json');
  writeFileSync(file, text);
  return SOURCES.recorded({ file, reads }).read({ signal: AbortSignal.timeout(5000), previous: undefined, now });
}

/** What a recording leaves as it is. */
const kept = ({ publicKey, peers, ...rest }: Device): unknown => ({
  ...rest,
  publicKey: typeof publicKey,
  peers: peers.map(({ publicKey: _key, endpoint, allowedIPs, ...others }) => ({
    ...others,
    port: endpoint?.split(':').at(-1),
    lengths: allowedIPs.map((prefix) => prefix.split('/')[1]),
  })),
});

describe('a recording', () => {
  before(() => (folder = mkdtempSync(join(tmpdir(), 'wgotel-recording-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('has neither keys nor addresses in it', () => {
    for (const secret of [keyOf('alice'), keyOf('bob'), keyOf('device'), peerId(keyOf('alice'))]) {
      assert.ok(!TEXT.includes(secret));
    }
    assert.ok(!/192\.168|10\.9\.|fd00|fe80|eth0/.test(TEXT));
    assert.match(TEXT, /"192\.0\.2\.\d+:51820"/);
    assert.match(TEXT, /"\[2001:db8::0:\d\]:1"/);
  });

  it('is another one each time', () => {
    assert.notEqual(recordingOf({ takenAt: EPOCH, devices: DEVICES, failures: [] }), TEXT);
  });

  it('gives back all the rest, with the same stand-in for the same key and address', async () => {
    const { devices, failures } = await read(TEXT, EPOCH);
    assert.deepEqual(failures, []);
    assert.deepEqual(devices.map(kept), DEVICES.map(kept));
    const [first, second] = devices;
    assert.equal(first?.peers[0]?.publicKey, second?.peers[0]?.publicKey);
    assert.equal(first?.peers[0]?.endpoint, second?.peers[0]?.endpoint);
    assert.notEqual(first?.peers[0]?.publicKey, first?.peers[1]?.publicKey);
    assert.deepEqual(first?.peers[0]?.allowedIPs.slice(2), ['0.0.0.0/0', '::/0']);
  });

  it('is as old as when it was made, and the same at each reading', async () => {
    const file = join(folder, 'same.json');
    writeFileSync(file, TEXT);
    const source = SOURCES.recorded({ file });
    const options = { signal: AbortSignal.timeout(5000), previous: undefined };
    const first = await source.read({ ...options, now: EPOCH + 86_400_000 });
    assert.equal(first.devices[0]?.peers[0]?.lastHandshakeTime, EPOCH + 86_400_000 - 60_000);
    assert.equal(first.devices[0]?.countingSince, EPOCH + 86_400_000 - 100_000);
    assert.deepEqual((await source.read({ ...options, now: EPOCH + 90_000_000 })).devices, first.devices);
  });

  it('gives the frame of what was recorded, but for keys, ids and addresses', async () => {
    const frameOf = (devices: readonly Device[]): unknown => {
      const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1 });
      const { devices: views } = advance(tracker, snapshot(0, devices));
      return views.map(({ series, device: given, peers, ...rest }) => ({
        ...rest,
        name: series.device,
        device: kept(given),
        peers: peers.map(({ series: _series, peer: _peer, ...view }) => view),
      }));
    };
    assert.deepEqual(frameOf((await read(TEXT, EPOCH)).devices), frameOf(DEVICES));
  });

  it('is read in part when told to', async () => {
    const { devices } = await read(TEXT, EPOCH, (name) => name === 'wg1');
    assert.deepEqual(
      devices.map(({ name }) => name),
      ['wg1'],
    );
  });

  it('that is not there is a failure that names the file', async () => {
    const source = SOURCES.recorded({ file: '/no/such/recording' });
    const { failures } = await source.read({ signal: AbortSignal.timeout(1000), previous: undefined });
    assert.deepEqual(
      failures.map(({ code, message }) => [code, message]),
      [['SOURCE_UNAVAILABLE', "the recording '/no/such/recording' can't be read: ENOENT"]],
    );
  });

  interface Loose {
    version: unknown;
    takenAt: unknown;
    devices: { name: unknown; peers: Record<string, unknown>[] }[];
  }
  const document = (change: (parsed: Loose) => unknown): string => {
    const parsed = JSON.parse(TEXT) as Loose;
    change(parsed);
    return JSON.stringify(parsed);
  };
  for (const [name, text, message] of [
    ['nothing', '', /the file to be JSON/],
    ['a list', '[]', /the file to be a map/],
    ['a newer version', document((given) => (given.version = 2)), /is of version 2, and this program reads version 1/],
    ['no version', document((given) => (given.version = undefined)), /version to be a number/],
    ['no time', document((given) => (given.takenAt = null)), /takenAt to be a number/],
    ['devices that are none', document((given) => (given.devices = {} as never)), /devices to be a list/],
    ['a hostile name', document((given) => (given.devices[0]!.name = 'wg0\u001b[2J')), /devices\[0\]\.name/],
    [
      'a wrong key',
      document((given) => (given.devices[1]!.peers[0]!['publicKey'] = 'x')),
      /devices\[1\]\.peers\[0\]\.publicKey/,
    ],
    [
      'a wrong prefix',
      document((given) => (given.devices[0]!.peers[1]!['allowedIPs'] = ['x'])),
      /peers\[1\]\.allowedIPs\[0\]/,
    ],
    [
      'negative bytes',
      document((given) => (given.devices[0]!.peers[0]!['receiveBytes'] = -1)),
      /receiveBytes to be a number/,
    ],
  ] as const) {
    it(`with ${name} is refused`, () => {
      assert.throws(() => parseRecording(text), { code: 'PROTOCOL', message });
    });
  }

  it('cut off anywhere is refused', () => {
    for (let length = 0; length < TEXT.trimEnd().length; length++) {
      assert.throws(() => parseRecording(TEXT.slice(0, length)), { code: 'PROTOCOL' });
    }
  });
});
