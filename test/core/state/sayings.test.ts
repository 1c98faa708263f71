import assert from 'node:assert/strict';
import {
  Identity,
  Tracker,
  type Frame,
  type PeerExpectation,
  type PeerIdentity,
  type TrackerOptions,
} from '@wgotel/core';
import { describe, it } from 'mocha';
import { pointsOf, valuesOf } from '../../support/points.js';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';

const newTracker = (options: Partial<TrackerOptions> = {}): Tracker =>
  new Tracker({ collectionInterval: 15_000, peerLimit: 10, ...options });
const failure = { source: 'test', device: undefined, code: 'PERMISSION_DENIED', message: 'no' } as const;

describe('names that change', () => {
  it('give new series with the same start times and sums, and leave the others as they are', () => {
    const names = new Map([[keyOf('a'), 'alice']]);
    const tracker = newTracker({ names: (key) => names.get(key) });
    const peers = (bytes: number) => [peer('a', { receiveBytes: bytes }), peer('b')];
    advance(tracker, snapshot(0, [device([])]));
    const first = advance(tracker, snapshot(15, [device(peers(7))]));
    names.set(keyOf('a'), 'anna');
    const unasked = advance(tracker, snapshot(30, [device(peers(7))]));
    assert.equal(unasked.devices[0]?.peers[0]?.series.peerName, 'alice');
    tracker.rename();
    const renamed = advance(tracker, snapshot(45, [device(peers(9))]));
    const [a, b] = renamed.devices[0]!.peers;
    assert.equal(a?.series.peerName, 'anna');
    assert.deepEqual([a?.ioBase, a?.totals], [first.devices[0]?.peers[0]?.ioBase, first.devices[0]?.peers[0]?.totals]);
    assert.equal(b?.series, first.devices[0]?.peers[1]?.series);
    const io = pointsOf(renamed).filter(({ metric, value }) => metric === 'wireguard.peer.io' && value === 9);
    assert.deepEqual(
      io.map(({ attributes, startTime }) => [attributes['wireguard.peer.name'], startTime]),
      [['anna', EPOCH]],
    );
  });

  it('and are the same leave every view as it was', () => {
    const tracker = newTracker({ names: () => 'x' });
    const peers = [peer('a')];
    const before = advance(tracker, snapshot(0, [device(peers)]));
    tracker.rename();
    const after = advance(tracker, snapshot(15, [device(peers)]));
    assert.equal(after.devices[0]?.peers, before.devices[0]?.peers);
  });
});

describe('names where the identity is hmac', () => {
  it('are not asked for, and nobody who is asked for more is told any', () => {
    const told: PeerIdentity[] = [];
    const asked: string[] = [];
    const tracker = newTracker({
      identity: new Identity({ hmacKey: Buffer.alloc(32) }),
      names: (publicKey) => String(asked.push(publicKey)),
      expectations: (who) => void told.push(who),
    });
    advance(tracker, snapshot(0, [device([peer('a')])]));
    tracker.rename();
    const frame = advance(tracker, snapshot(15, [device([peer('a')])]));
    const { peerId: id, peerName } = frame.devices[0]!.peers[0]!.series;
    assert.deepEqual([peerName, asked], [undefined, []]);
    assert.deepEqual(
      told,
      [1, 2].map(() => ({ device: 'wg0', id, name: undefined })),
    );
  });
});

describe('what is said of a peer', () => {
  const stateOf = (expectations: TrackerOptions['expectations'], age: number): string => {
    const tracker = newTracker({ expectations });
    const view = advance(tracker, snapshot(0, [device([peer('a', { lastHandshakeTime: EPOCH - age * 1000 })])]));
    const { state, expectation } = view.devices[0]!.peers[0]!;
    return `${expectation} ${state}`;
  };

  for (const [said, age, expected] of [
    [undefined, 300, 'on_demand idle'],
    [{ expect: 'always' }, 300, 'always stale'],
    [{ expect: 'always', staleAfter: 600_000 }, 300, 'always active'],
    [{ expect: 'always', staleAfter: 10_000 }, 60, 'always stale'],
    [{ staleAfter: 600_000 }, 300, 'on_demand active'],
  ] satisfies [PeerExpectation | undefined, number, string][]) {
    it(`${JSON.stringify(said)} makes a handshake ${age} s ago ${expected}`, () => {
      assert.equal(
        stateOf(() => said, age),
        expected,
      );
    });
  }

  it('is nothing where the application throws', () => {
    const bad = (): never => {
      throw new Error('no');
    };
    assert.equal(stateOf(bad, 300), 'on_demand idle');
  });

  it('is asked with device, id and name, when the peer appears and when names may have changed', () => {
    const asked: PeerIdentity[] = [];
    const expectations = (who: PeerIdentity): PeerExpectation => {
      asked.push(who);
      return { expect: asked.length > 1 ? 'always' : 'site' };
    };
    const tracker = newTracker({ names: () => 'alice', expectations });
    const peers = [peer('a')];
    const seen = [0, 15, 30].map((seconds) => {
      if (seconds === 30) tracker.rename();
      return advance(tracker, snapshot(seconds, [device(peers)])).devices[0]!.peers[0]!.expectation;
    });
    assert.deepEqual(seen, ['site', 'site', 'always']);
    assert.deepEqual(
      asked,
      Array.from({ length: 2 }, () => ({ device: 'wg0', id: asked[0]?.id, name: 'alice' })),
    );
  });
});

describe('a device that is required', () => {
  const up = (
    tracker: Tracker,
    seconds: number,
    ...rest: Parameters<typeof snapshot> extends [number, ...infer R] ? R : never
  ) => valuesOf(advance(tracker, snapshot(seconds, ...rest)), 'wireguard.device.up');

  it('is down as long as it is not there, and up once it is', () => {
    const tracker = newTracker({ requiredDevices: [{ name: 'wg0' }, { name: 'wg9' }] });
    assert.deepEqual(up(tracker, 0, [device([])]), { wg0: 1, wg9: 0 });
    assert.deepEqual(up(tracker, 15, [device([], { name: 'wg9' })]), { wg0: 0, wg9: 1 });
    assert.deepEqual(up(tracker, 30, []), { wg0: 0, wg9: 0 });
  });

  it('is looked for in its network namespace', () => {
    const tracker = newTracker({ requiredDevices: [{ name: 'wg9', netns: 'blue' }] });
    assert.deepEqual(up(tracker, 0, [device([], { name: 'wg9' })]), { wg9: 1, 'wg9 blue': 0 });
    assert.deepEqual(up(tracker, 15, [device([], { name: 'wg9', netns: 'blue' })]), { wg9: 0, 'wg9 blue': 1 });
  });

  it('is not called down while nothing can be read', () => {
    const tracker = newTracker({ requiredDevices: [{ name: 'wg9' }] });
    assert.deepEqual(up(tracker, 0, [], { failures: [failure] }), {});
    assert.deepEqual(up(tracker, 15, []), { wg9: 0 });
    assert.deepEqual(up(tracker, 30, [], { failures: [{ ...failure, device: 'wg9' }] }), {});
  });

  it('has counters from its appearance on', () => {
    const tracker = newTracker({ requiredDevices: [{ name: 'wg9' }] });
    advance(tracker, snapshot(0, []));
    const frame = advance(tracker, snapshot(15, [device([peer('a', { receiveBytes: 5 })], { name: 'wg9' })]));
    const [received] = pointsOf(frame).filter(({ metric }) => metric === 'wireguard.peer.io');
    assert.deepEqual([received?.value, received?.startTime], [5, EPOCH]);
  });
});

describe('devices of several network namespaces', () => {
  const both = [device([peer('a')], { netns: 'blue' }), device([peer('a')], { netns: 'red' }), device([])];

  it('are kept apart, and the attribute tells them', () => {
    const points = pointsOf(advance(newTracker(), snapshot(0, both)));
    const up = points.filter(({ metric }) => metric === 'wireguard.device.up');
    assert.deepEqual(
      up.map(({ attributes }) => attributes['wireguard.device.netns']),
      ['blue', 'red', undefined],
    );
  });

  it('are blind each for itself', () => {
    const tracker = newTracker();
    advance(tracker, snapshot(0, both));
    const frame = advance(tracker, snapshot(15, [both[2]!], { failures: [{ ...failure, netns: 'red' }] }));
    const seen = new Map(frame.devices.map(({ series, up }) => [series.netns, up]));
    assert.deepEqual([seen.get(undefined), seen.get('blue'), seen.get('red')], [1, 0, undefined]);
    assert.ok(seen.has('red'));
  });
});

describe('a device whose messages have other sizes', () => {
  it('has no attempts and no evidence, and states from handshakes alone', () => {
    for (const standardMessages of [true, false]) {
      const tracker = newTracker();
      let frame: Frame | undefined;
      for (let scrape = 0; scrape < 40; scrape++) {
        const dialling = peer('a', { transmitBytes: 148 * 3 * scrape, allowedIPs: ['10.0.0.0/8'] });
        frame = advance(tracker, snapshot(15 * scrape, [device([dialling], { standardMessages })]));
      }
      const attempts = valuesOf(frame!, 'wireguard.peer.handshake.attempts');
      assert.equal(Object.keys(attempts).length > 0, standardMessages);
      assert.equal(frame!.devices[0]?.peers[0]?.state, standardMessages ? 'stale' : 'never');
    }
  });
});
