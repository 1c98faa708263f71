import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Tracker, type Device, type Frame, type Snapshot, type TrackerOptions } from '@wgotel/core';
import { advance, device, EPOCH, peer, snapshot } from '../../support/snapshots.js';
import { pointsOf, valuesOf } from '../../support/points.js';

function newTracker(options: Partial<TrackerOptions> = {}): Tracker {
  return new Tracker({ collectionInterval: 15_000, peerLimit: 10, ...options });
}

function play(tracker: Tracker, ...script: Snapshot[]): Frame {
  return script.map((each) => advance(tracker, each)).at(-1)!;
}

/** When the bytes received from a peer began to be counted, in seconds after the beginning. */
function ioStart(frame: Frame, index = 0): number {
  const starts = pointsOf(frame)
    .filter(
      ({ metric, attributes }) => metric === 'wireguard.peer.io' && attributes['network.io.direction'] === 'receive',
    )
    .map(({ startTime }) => (startTime! - EPOCH) / 1000);
  return starts[index]!;
}

const failure = (deviceName: string | undefined, code: 'TIMEOUT' | 'PERMISSION_DENIED' = 'TIMEOUT') => ({
  source: 'test',
  device: deviceName,
  code,
  message: 'not readable',
});

describe('start times', () => {
  const bytes = (receiveBytes: number, fields: Partial<Device> = {}): Device =>
    device([peer('a', { receiveBytes })], fields);

  it('begin with the device where that is known, else with the first point', () => {
    assert.equal(ioStart(play(newTracker(), snapshot(0, [bytes(5, { countingSince: EPOCH - 70_000 })]))), -70);
    const tracker = newTracker();
    assert.equal(ioStart(play(tracker, snapshot(0, [bytes(5)]))), 0);
    assert.equal(ioStart(play(tracker, snapshot(15, [bytes(6)]))), 0);
  });

  it('begin with the scrape before for a peer that was not there then', () => {
    const later = device([peer('a'), peer('b', { receiveBytes: 9 })], { countingSince: EPOCH - 70_000 });
    const frame = play(newTracker(), snapshot(0, [bytes(5, { countingSince: EPOCH - 70_000 })]), snapshot(15, [later]));
    assert.equal(ioStart(frame, 1), 0);
  });

  it('begin anew after a reset, later than the last point', () => {
    const frame = play(newTracker(), snapshot(0, [bytes(5)]), snapshot(15, [bytes(7)]), snapshot(30, [bytes(3)]));
    assert.equal(ioStart(frame), 15.001);
    assert.deepEqual(Object.values(valuesOf(frame, 'wireguard.peer.io')), [3, 0]);
  });

  it('begin anew when a handshake is taken back, though the counters do not fall', () => {
    const fields = { lastHandshakeTime: EPOCH };
    const frame = play(
      newTracker(),
      snapshot(0, [device([peer('a', { receiveBytes: 5, ...fields })])]),
      snapshot(15, [device([peer('a', { receiveBytes: 9 })])]),
    );
    assert.equal(ioStart(frame), 0.001);
  });

  it('begin with the socket of a device that was made again, though the counters do not fall', () => {
    const frame = play(
      newTracker(),
      snapshot(0, [bytes(5, { countingSince: EPOCH - 70_000 })]),
      snapshot(15, [bytes(700, { countingSince: EPOCH + 8000, incarnation: '2' })]),
    );
    assert.equal(ioStart(frame), 8);
    assert.equal(valuesOf(frame, 'wireguard.device.config.changes')['wg0'], 0);
  });

  it('reach back to the last good reading over failures', () => {
    const frame = play(
      newTracker(),
      snapshot(0, [bytes(5)]),
      snapshot(15, [], { failures: [failure('wg0')] }),
      snapshot(30, [bytes(3)]),
    );
    assert.equal(ioStart(frame), 0.001);
  });

  it('of a device that appears are when it was last known not to be there', () => {
    assert.equal(ioStart(play(newTracker(), snapshot(0, []), snapshot(15, [bytes(5)]))), 0);
    const hidden = snapshot(0, [], { failures: [failure(undefined)] });
    assert.equal(ioStart(play(newTracker(), hidden, snapshot(15, [bytes(5)]))), 15);
  });
});

describe('handshakes', () => {
  const handshake = (seconds: number): Device => device([peer('a', { lastHandshakeTime: EPOCH + seconds * 1000 })]);
  const count = (frame: Frame): number => Object.values(valuesOf(frame, 'wireguard.peer.handshakes'))[0]!;

  it('count from the first scrape on, which is a silent baseline', () => {
    const tracker = newTracker();
    assert.equal(count(play(tracker, snapshot(0, [handshake(-60)]))), 0);
    assert.equal(count(play(tracker, snapshot(15, [handshake(-60)]))), 0);
    assert.equal(count(play(tracker, snapshot(30, [handshake(20)]))), 1);
    assert.equal(count(play(tracker, snapshot(45, [handshake(-3600)]))), 2);
  });

  it('are compared by the second, as wg knows no fractions', () => {
    assert.equal(count(play(newTracker(), snapshot(0, [handshake(-60.3)]), snapshot(15, [handshake(-61)]))), 0);
  });
});

describe('endpoint changes', () => {
  it('are told apart by what changed', () => {
    const tracker = newTracker();
    const endpoints = [
      undefined,
      '192.0.2.1:1000',
      '192.0.2.1:1001',
      '192.0.2.2:1001',
      undefined,
      '192.0.2.2:1001',
      '[2001:db8::1]:1001',
      '[2001:db8::2]:1001',
    ];
    const frame = play(
      tracker,
      ...endpoints.map((endpoint, index) => snapshot(index * 15, [device([peer('a', { endpoint })])])),
    );
    const changes = Object.entries(valuesOf(frame, 'wireguard.peer.endpoint.changes'));
    assert.deepEqual(Object.fromEntries(changes.map(([key, value]) => [key.split(' ')[2], value])), {
      first: 1,
      port: 1,
      address: 2,
      family: 1,
    });
  });
});

describe('configuration changes', () => {
  it('are of the device, and of peers added, removed or set otherwise', () => {
    const tracker = newTracker();
    const count = (seconds: number, each: Device): number =>
      valuesOf(play(tracker, snapshot(seconds, [each])), 'wireguard.device.config.changes')['wg0']!;
    const a = peer('a');
    assert.equal(count(0, device([a])), 0);
    assert.equal(count(15, device([a, peer('b')])), 1);
    assert.equal(count(30, device([a, peer('b')], { listenPort: 1 })), 2);
    assert.equal(count(45, device([a], { listenPort: 1 })), 3);
    assert.equal(count(60, device([{ ...a, persistentKeepaliveInterval: 25 }], { listenPort: 1 })), 4);
    const two = { ...a, persistentKeepaliveInterval: 25, allowedIPs: ['10.0.0.1/32', '10.0.0.2/32'] };
    assert.equal(count(75, device([two], { listenPort: 1 })), 5);
    assert.equal(count(90, device([{ ...two, allowedIPs: ['10.0.0.2/32', '10.0.0.1/32'] }], { listenPort: 1 })), 5);
    assert.equal(count(105, device([{ ...two, receiveBytes: 9, endpoint: '192.0.2.9:9' }], { listenPort: 1 })), 5);
  });
});

describe('a device that is gone', () => {
  it('is down, its peers are no more, and it may come back', () => {
    const tracker = newTracker();
    play(tracker, snapshot(0, [device([peer('a')])]));
    const gone = play(tracker, snapshot(15, []));
    assert.deepEqual(valuesOf(gone, 'wireguard.device.up'), { wg0: 0 });
    assert.deepEqual(valuesOf(gone, 'wireguard.peer.io'), {});
    assert.equal(valuesOf(gone, 'wireguard.peer.count')['wg0 never'], 0);
    const back = play(tracker, snapshot(30, [device([peer('a', { receiveBytes: 3 })], { incarnation: '2' })]));
    assert.deepEqual(valuesOf(back, 'wireguard.device.up'), { wg0: 1 });
    assert.equal(ioStart(back), 15);
  });

  it('is not new if it was only out of sight: the same incarnation counts on', () => {
    const tracker = newTracker();
    const seen = device([peer('a', { receiveBytes: 1000, lastHandshakeTime: EPOCH })], {
      countingSince: EPOCH - 70_000,
    });
    play(tracker, snapshot(0, [seen]), snapshot(15, []));
    const back = play(tracker, snapshot(30, [{ ...seen, peers: [peer('a', { receiveBytes: 1045 })] }]));
    assert.equal(ioStart(back), -70);
    assert.deepEqual(Object.values(valuesOf(back, 'wireguard.peer.handshakes')), [0]);
    assert.equal(valuesOf(back, 'wireguard.device.config.changes')['wg0'], 0);
  });

  it('is not taken for made again when that cannot be told', () => {
    const tracker = newTracker();
    const incarnations = ['7', undefined, '7', undefined, '8'];
    const starts = incarnations.map((incarnation, index) =>
      ioStart(play(tracker, snapshot(index * 15, [device([peer('a', { receiveBytes: 9 + index })], { incarnation })]))),
    );
    assert.deepEqual(starts, [0, 0, 0, 0, 45.001]);
  });

  it('is forgotten once a hundred others are gone later', () => {
    const tracker = newTracker();
    const early = Array.from({ length: 100 }, (_, index) => device([], { name: `short${index}` }));
    play(tracker, snapshot(0, [device([]), ...early]), snapshot(15, [device([])]));
    const frame = play(tracker, snapshot(30, []));
    assert.equal(frame.devices.length, 100);
    assert.equal(valuesOf(frame, 'wireguard.device.up')['wg0'], 0);
    assert.equal(valuesOf(frame, 'wireguard.device.up')['short0'], undefined);
  });

  it('keeps the number of devices that are remembered in bounds', () => {
    const tracker = newTracker();
    const names = Array.from({ length: 150 }, (_, index) => `wg${index}`);
    play(
      tracker,
      snapshot(
        0,
        names.map((name) => device([], { name })),
      ),
    );
    play(tracker, snapshot(15, []));
    assert.equal(play(tracker, snapshot(30, [])).devices.length, 100);
  });
});

describe('a device that is down', () => {
  it('is 0, and its peers are still there', () => {
    const frame = play(newTracker(), snapshot(0, [device([peer('a')], { up: false })]));
    assert.deepEqual(valuesOf(frame, 'wireguard.device.up'), { wg0: 0 });
    assert.equal(Object.keys(valuesOf(frame, 'wireguard.peer.io')).length, 2);
  });
});

describe('a device that cannot be read', () => {
  it('is not said to be up or down, and is not shown any more after two intervals', () => {
    const tracker = newTracker();
    play(tracker, snapshot(0, [device([peer('a')])]));
    const unreadable = (seconds: number): Frame =>
      play(tracker, snapshot(seconds, [], { failures: [failure('wg0', 'PERMISSION_DENIED')] }));

    const soon = unreadable(30);
    assert.deepEqual(valuesOf(soon, 'wireguard.device.up'), {});
    const io = pointsOf(soon).filter(({ metric }) => metric === 'wireguard.peer.io');
    assert.deepEqual(
      io.map(({ time }) => time),
      [EPOCH, EPOCH],
    );

    const later = unreadable(45);
    assert.deepEqual(
      pointsOf(later).map(({ metric, attributes, value }) => [metric, attributes, value]),
      [['wireguard.device.scrape.errors', { 'network.interface.name': 'wg0', 'error.type': 'permission_denied' }, 2]],
    );
  });

  it('is neither when the whole source fails', () => {
    const tracker = newTracker();
    play(tracker, snapshot(0, [device([])]));
    const frame = play(tracker, snapshot(15, [], { failures: [failure(undefined)] }));
    assert.deepEqual(valuesOf(frame, 'wireguard.device.up'), {});
    assert.deepEqual(valuesOf(frame, 'wireguard.device.scrape.errors'), { timeout: 1 });
  });

  it('is not shown for longer because the wall clock stepped back', () => {
    const tracker = newTracker();
    play(tracker, snapshot(0, [device([peer('a')])]));
    const frame = play(tracker, snapshot(600, [], { failures: [failure('wg0')], takenAt: EPOCH - 3_600_000 }));
    assert.deepEqual(valuesOf(frame, 'wireguard.peer.io'), {});
  });

  it('has its failures counted apart for a thousand devices at most', () => {
    const failures = Array.from({ length: 3000 }, (_, index) => failure(`wg${index}`));
    const { errors } = play(newTracker(), snapshot(0, [], { failures }));
    assert.equal(errors.length, 1001);
    assert.deepEqual(
      errors.filter(({ series }) => series === undefined).map(({ value }) => value),
      [2000],
    );
  });

  it('may be shown by a late reader for two intervals only', () => {
    const frame = play(newTracker(), snapshot(0, [device([peer('a')])]));
    assert.notDeepEqual(pointsOf(frame, undefined, frame.monotonicTime + 30_000), []);
    assert.deepEqual(pointsOf(frame, undefined, frame.monotonicTime + 30_001), []);
  });
});

describe('views of what did not change', () => {
  it('are the same objects', () => {
    const tracker = newTracker();
    const [a, b] = [peer('a'), peer('b')];
    const first = play(tracker, snapshot(0, [device([a, b])])).devices[0]!;
    const same = play(tracker, snapshot(15, [device([a, b])])).devices[0]!;
    assert.equal(same.peers, first.peers);
    const changed = play(tracker, snapshot(30, [device([{ ...a, receiveBytes: 1 }, b])])).devices[0]!;
    assert.equal(changed.peers[1], first.peers[1]);
    assert.notEqual(changed.peers[0], first.peers[0]);
    assert.equal(changed.peers[0]!.series, first.peers[0]!.series);
  });
});

describe('what a source of ours never does', () => {
  it('is listing a peer or a device twice, and it does no harm', () => {
    const tracker = newTracker();
    const twice = device([peer('a', { receiveBytes: 1 }), peer('a', { receiveBytes: 2 }), peer('b')]);
    const frame = play(tracker, snapshot(0, [twice, twice]), snapshot(15, [twice, twice]));
    assert.deepEqual(Object.values(valuesOf(frame, 'wireguard.peer.io')), [1, 0, 0, 0]);
    assert.equal(valuesOf(frame, 'wireguard.device.config.changes')['wg0'], 0);
  });
});

describe('the peer limit', () => {
  const SECONDS_TO_RANKING = 3600;
  const setup = (bytes: readonly number[]): Device[] => [
    device(bytes.map((receiveBytes, index) => peer(`${index}`, { receiveBytes }))),
  ];
  const shown = (frame: Frame): number[] =>
    frame.devices[0]!.peers.flatMap(({ individual }, index) => (individual ? [index] : []));

  it('keeps its members until the hour is over, and then needs twice the traffic to take a place', () => {
    const tracker = newTracker({ peerLimit: 2 });
    assert.deepEqual(shown(play(tracker, snapshot(0, setup([0, 0, 0, 0])))), [0, 1]);
    assert.deepEqual(shown(play(tracker, snapshot(15, setup([100, 10, 150, 30])))), [0, 1]);
    const frame = play(tracker, snapshot(SECONDS_TO_RANKING, setup([100, 10, 150, 30])));
    assert.deepEqual(shown(frame), [0, 2]);
    assert.equal(frame.devices[0]!.overflow!.peers, 2);
  });

  it('gives a free place to the next peer that comes', () => {
    const tracker = newTracker({ peerLimit: 1 });
    play(tracker, snapshot(0, [device([peer('a'), peer('b')])]));
    play(tracker, snapshot(15, [device([peer('b')])]));
    assert.deepEqual(shown(play(tracker, snapshot(30, [device([peer('b'), peer('c')])]))), [1]);
  });

  it('gives the places of those that go to those that come with the same scrape', () => {
    const tracker = newTracker({ peerLimit: 2 });
    play(tracker, snapshot(0, [device([peer('a'), peer('b')])]));
    const frame = play(tracker, snapshot(15, [device([peer('c'), peer('b'), peer('d')])]));
    assert.deepEqual(shown(frame), [0, 1]);
    assert.deepEqual(shown(play(tracker, snapshot(30, [device([peer('e'), peer('f')])]))), [0, 1]);
  });

  it('folds sums and marks them, and gives gauges of members only', () => {
    const tracker = newTracker({ peerLimit: 1 });
    const at = (receiveBytes: number, lastHandshakeTime: number) => [
      device(['a', 'b', 'c'].map((label) => peer(label, { receiveBytes, lastHandshakeTime }))),
    ];
    const frame = play(tracker, snapshot(0, at(1000, EPOCH)), snapshot(15, at(1010, EPOCH + 10_000)));
    const ids = frame.devices[0]!.peers.map(({ series }) => series.peerId);
    assert.deepEqual(valuesOf(frame, 'wireguard.peer.io'), {
      [`wg0 ${ids[0]} receive`]: 1010,
      [`wg0 ${ids[0]} transmit`]: 0,
      'wg0 receive true': 20,
      'wg0 transmit true': 0,
    });
    assert.deepEqual(valuesOf(frame, 'wireguard.peer.handshakes'), { [`wg0 ${ids[0]}`]: 1, 'wg0 true': 2 });
    assert.equal(Object.keys(valuesOf(frame, 'wireguard.peer.up')).length, 1);
  });
});

describe("a peer's name", () => {
  it('is absent if the function that names peers throws', () => {
    const names = (): string => assert.fail('no such file');
    const frame = play(newTracker({ names }), snapshot(0, [device([peer('a')])]));
    assert.equal(frame.devices[0]!.peers[0]!.series.peerName, undefined);
  });

  const CASES: [string, string | undefined, string | undefined][] = [
    ['is shown', 'laptop of Ann', 'laptop of Ann'],
    ['is absent if nobody gave one', undefined, undefined],
    ['loses control characters and line breaks', 'a\u001b[31mb\r\nc\u0000', 'a[31mbc'],
    ['loses characters that turn the writing', 'a\u202eb\u2066c\u200bd', 'abcd'],
    ['is cut to 64 bytes, between characters', 'é'.repeat(40), 'é'.repeat(32)],
    ['is absent if nothing is left', ' \u202e\n ', undefined],
  ];
  for (const [what, name, expected] of CASES) {
    it(what, () => {
      const frame = play(newTracker({ names: () => name }), snapshot(0, [device([peer('a')])]));
      const [point] = pointsOf(frame).filter(({ metric }) => metric === 'wireguard.peer.handshakes');
      assert.equal(point!.attributes['wireguard.peer.name'], expected);
    });
  }
});
