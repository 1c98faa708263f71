import fc from 'fast-check';
import { Tracker, type Device, type ExpectedDevice, type Frame, type Peer, type SourceFailure } from '@wgotel/core';
import { advance, device, EPOCH, keyOf, peer, snapshot } from './snapshots.js';

const counter = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53),
);

const anyPeer = fc.record({
  label: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  receiveBytes: counter,
  transmitBytes: counter,
  handshakeAge: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  endpoint: fc.constantFrom(undefined, '192.0.2.1:1', '192.0.2.1:2', '192.0.2.2:1', '[2001:db8::1]:1'),
  persistentKeepaliveInterval: fc.constantFrom(undefined, 25),
});

const anySnapshot = fc.record({
  peers: fc.uniqueArray(anyPeer, { selector: ({ label }) => label }),
  gone: fc.boolean(),
  failure: fc.option(fc.constantFrom<SourceFailure['device']>('wg0', 'wg1', undefined), { nil: null }),
  up: fc.constantFrom(undefined, true, false),
  /** Milliseconds since the snapshot before. */
  after: fc.integer({ min: 1, max: 40_000 }),
});

const anyName = fc.option(fc.string({ unit: 'grapheme', maxLength: 80 }), { nil: undefined });

/** What the devices are compared with. */
const SETUP: ExpectedDevice = {
  name: 'wg0',
  listenPort: 1,
  firewallMark: undefined,
  peers: ['a', 'b', 'z'].map((label) => ({
    publicKey: keyOf(label),
    allowedIPs: ['10.9.0.2/32'],
    persistentKeepaliveInterval: 25,
    hasPresharedKey: label === 'b',
    endpoint: { host: 'example.com', addresses: ['192.0.2.1'] },
  })),
};

/** The last frame of a random history: peers of every kind, folded ones, failures, devices gone. */
export const anyFrame: fc.Arbitrary<Frame> = fc
  .record({ snapshots: fc.array(anySnapshot, { minLength: 1, maxLength: 5 }), peerLimit: fc.nat(8), name: anyName })
  .map(({ snapshots, peerLimit, name }) => {
    const tracker = new Tracker({
      collectionInterval: 15_000,
      peerLimit,
      names: () => name,
      expectedDevices: () => SETUP,
    });
    let millis = 0;
    const frames = snapshots.map(({ peers, gone, failure, up, after }) => {
      millis += after;
      const devices: Device[] = gone
        ? []
        : [
            device(
              peers.map((each) => toPeer(each, millis)),
              { up },
            ),
          ];
      const failures: SourceFailure[] =
        failure === null ? [] : [{ source: 'test', device: failure, code: 'TIMEOUT', message: 'too slow' }];
      return advance(
        tracker,
        snapshot(millis / 1000, [...devices, device([], { name: 'wg2', netns: 'blue' })], { failures }),
      );
    });
    return frames.at(-1)!;
  });

function toPeer(
  { label, handshakeAge, ...fields }: typeof anyPeer extends fc.Arbitrary<infer T> ? T : never,
  millis: number,
): Peer {
  const lastHandshakeTime = handshakeAge === undefined ? undefined : EPOCH + millis - handshakeAge;
  return peer(label, { ...fields, lastHandshakeTime });
}
