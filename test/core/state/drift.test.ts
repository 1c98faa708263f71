import assert from 'node:assert/strict';
import {
  Tracker,
  type Device,
  type DeviceDrift,
  type ExpectedDevice,
  type ExpectedPeer,
  type Peer,
} from '@wgotel/core';
import { describe, it } from 'mocha';
import { advance, device, keyOf, peer, snapshot } from '../../support/snapshots.js';

const wanted = (label: string, fields: Partial<ExpectedPeer> = {}): ExpectedPeer => ({
  publicKey: keyOf(label),
  allowedIPs: ['10.9.0.2/32'],
  persistentKeepaliveInterval: 0,
  hasPresharedKey: false,
  endpoint: undefined,
  ...fields,
});
const setup = (peers: readonly ExpectedPeer[], fields: Partial<ExpectedDevice> = {}): ExpectedDevice => ({
  name: 'wg0',
  listenPort: undefined,
  firewallMark: undefined,
  peers,
  ...fields,
});

function driftOf(real: Device, expected: ExpectedDevice | undefined): DeviceDrift | undefined {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, expectedDevices: () => expected });
  return advance(tracker, snapshot(0, [real])).devices[0]?.drift;
}

describe('drift', () => {
  for (const [what, peers, fields, expected, differences] of [
    ['nothing differs', [peer('a')], {}, setup([wanted('a')]), []],
    ['a port', [], { listenPort: 1 }, setup([], { listenPort: 2 }), ['listen_port']],
    ['a port that nobody gives', [], { listenPort: 1 }, setup([]), []],
    ['a mark', [], { firewallMark: 7 }, setup([], { firewallMark: 0 }), ['firewall_mark']],
    ['no mark is 0', [], {}, setup([], { firewallMark: 0 }), []],
    ['a peer too few', [], {}, setup([wanted('a')]), ['peer_missing a']],
    ['a peer too many', [peer('a')], {}, setup([]), ['peer_unexpected a']],
    ['another peer', [peer('a')], {}, setup([wanted('b')]), ['peer_missing b', 'peer_unexpected a']],
    ['allowed IPs', [peer('a')], {}, setup([wanted('a', { allowedIPs: [] })]), ['allowed_ips a']],
    [
      'another order of allowed IPs',
      [peer('a', { allowedIPs: ['::/0', '0.0.0.0/0'] })],
      {},
      setup([wanted('a', { allowedIPs: ['0.0.0.0/0', '::/0'] })]),
      [],
    ],
    [
      'keepalive and preshared key',
      [peer('a', { persistentKeepaliveInterval: 25 })],
      {},
      setup([wanted('a', { hasPresharedKey: true })]),
      ['persistent_keepalive a', 'preshared_key a'],
    ],
    [
      'a source that does not ask for preshared keys',
      [peer('a', { hasPresharedKey: undefined })],
      {},
      setup([wanted('a', { hasPresharedKey: true })]),
      [],
    ],
  ] as const satisfies readonly (readonly [string, Peer[], Partial<Device>, ExpectedDevice, string[]])[]) {
    it(`of ${what}`, () => {
      const label = new Map([keyOf('a'), keyOf('b')].map((key, index) => [key, 'ab'[index]]));
      const found = driftOf(device(peers, fields), expected)?.differences.map(({ field, publicKey }) =>
        publicKey === undefined ? field : `${field} ${label.get(publicKey)}`,
      );
      assert.deepEqual(found, differences);
    });
  }

  it('is not there for a device of which nobody says anything, that is gone, or in another namespace', () => {
    assert.equal(driftOf(device([]), undefined), undefined);
    assert.equal(driftOf(device([], { netns: 'blue' }), setup([])), undefined);
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, expectedDevices: () => setup([]) });
    advance(tracker, snapshot(0, [device([peer('a')])]));
    assert.equal(advance(tracker, snapshot(15, [])).devices[0]?.drift, undefined);
  });

  it('does no harm where the application throws', () => {
    const tracker = new Tracker({
      collectionInterval: 15_000,
      peerLimit: 10,
      expectedDevices: () => {
        throw new Error('not mine');
      },
    });
    assert.equal(advance(tracker, snapshot(0, [device([])])).devices[0]?.drift, undefined);
  });
});
