import assert from 'node:assert/strict';
import { Tracker, type Change, type ExpectedDevice, type Peer } from '@wgotel/core';
import { describe, it } from 'mocha';
import { advance, device, keyOf, peer, snapshot } from '../../support/snapshots.js';

const setup = (fields: Partial<ExpectedDevice> = {}, addresses: readonly string[] = []): ExpectedDevice => ({
  name: 'wg0',
  listenPort: 51820,
  firewallMark: undefined,
  peers: [
    {
      publicKey: keyOf('a'),
      allowedIPs: ['10.9.0.2/32'],
      persistentKeepaliveInterval: 0,
      hasPresharedKey: false,
      endpoint: { host: 'vpn.example.com', addresses },
    },
  ],
  ...fields,
});

/** Each step: what is there, and what is said of it. Returns what the frame of each says of drift. */
function changesOf(steps: readonly (readonly [readonly Peer[], ExpectedDevice])[]): string[][] {
  let expected: ExpectedDevice | undefined;
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, expectedDevices: () => expected });
  return steps.map(([peers, said], index) => {
    expected = said;
    const { changes } = advance(tracker, snapshot(15 * index, [device(peers)]));
    return changes.flatMap(text);
  });
}

function text(change: Change): string[] {
  if (change.type === 'device.config.drifted') {
    return [`drifted: ${change.differences.map(({ field }) => field).join(' ') || 'nothing'}`];
  }
  return change.type === 'peer.endpoint.name.moved' ? [`${change.phase}: ${change.addresses.join(' ')}`] : [];
}

describe('changes of drift', () => {
  it('are said when differences come, become others, and go', () => {
    const [a, b] = [peer('a'), peer('b')];
    const kept = peer('a', { persistentKeepaliveInterval: 25 });
    assert.deepEqual(
      changesOf([
        [[a], setup()],
        [[a], setup()],
        [[a, b], setup()],
        [[a, b], setup()],
        [[kept, b], setup()],
        [[], setup()],
        [[a], setup()],
        [[a], setup({ listenPort: 1 })],
      ]),
      [
        [],
        [],
        ['drifted: peer_unexpected'],
        [],
        ['drifted: persistent_keepalive peer_unexpected'],
        ['drifted: peer_missing'],
        ['drifted: nothing'],
        ['drifted: listen_port'],
      ],
    );
  });

  it('do not begin with what there is at first sight', () => {
    assert.deepEqual(
      changesOf([
        [[peer('b')], setup({}, ['192.0.2.9'])],
        [[peer('b')], setup({}, ['192.0.2.9'])],
      ]),
      [[], []],
    );
  });

  it('are said when the name of an endpoint moves, and when the endpoint follows', () => {
    const at = (address: string): Peer[] => [peer('a', { endpoint: `${address}:51820` })];
    assert.deepEqual(
      changesOf([
        [at('192.0.2.1'), setup()],
        [at('192.0.2.1'), setup({}, ['192.0.2.1'])],
        [at('192.0.2.1'), setup({}, ['192.0.2.8', '192.0.2.9'])],
        // Nobody can look it up for a while.
        [at('192.0.2.1'), setup()],
        [at('192.0.2.1'), setup({}, ['192.0.2.8', '192.0.2.9'])],
        [at('192.0.2.9'), setup({}, ['192.0.2.8', '192.0.2.9'])],
      ]),
      [[], [], ['start: 192.0.2.8 192.0.2.9'], [], [], ['end: 192.0.2.8 192.0.2.9']],
    );
  });
});
