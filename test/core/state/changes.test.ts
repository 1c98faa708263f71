import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Tracker, type Change, type Device, type Peer, type Snapshot, type TrackerOptions } from '@wgotel/core';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';

/** The changes of the last of some snapshots. */
function last(script: readonly Snapshot[], options: Partial<TrackerOptions> = {}): readonly Change[] {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, ...options });
  return script.map((each) => advance(tracker, each)).at(-1)!.changes;
}

/** What a change says, without the views it comes with. */
function said(change: Change): object {
  return Object.fromEntries(
    Object.entries(change)
      .filter(([key]) => !['peer', 'device', 'devicePublicKey', 'before', 'previous'].includes(key))
      .map(([key, value]: [string, unknown]) => [
        key,
        key === 'time' || key === 'since' ? ((value as number) - EPOCH) / 1000 : value,
      ]),
  );
}

const a = peer('a');
const shaken = (seconds: number, fields: Partial<Peer> = {}): Peer =>
  peer('a', { lastHandshakeTime: EPOCH + seconds * 1000, ...fields });
const failure = { source: 'test', device: 'wg0', code: 'TIMEOUT', message: 'not readable' } as const;

const CASES: readonly [what: string, before: readonly Device[], now: readonly Device[], changes: object[]][] = [
  ['nothing', [device([{ ...a, receiveBytes: 5 }])], [device([{ ...a, receiveBytes: 9 }])], []],
  [
    'a first handshake',
    [device([a])],
    [device([shaken(12)])],
    [
      { type: 'peer.handshake', time: 12 },
      { type: 'peer.state.changed', time: 15, from: 'never', to: 'active', reason: undefined, firstHandshake: true },
    ],
  ],
  ['a handshake', [device([shaken(-60)])], [device([shaken(12)])], [{ type: 'peer.handshake', time: 12 }]],
  [
    'another address',
    [device([a])],
    [device([{ ...a, endpoint: '192.0.2.9:51820' }])],
    [
      {
        type: 'peer.endpoint.changed',
        time: 15,
        kind: 'address',
        from: '192.0.2.1:51820',
        to: '192.0.2.9:51820',
      },
    ],
  ],
  [
    'a peer more',
    [device([a])],
    [device([a, peer('b', { allowedIPs: [] })])],
    [{ type: 'peer.added', time: 15, addressReused: false }],
  ],
  ['a peer less', [device([a, peer('b')])], [device([a])], [{ type: 'peer.removed', time: 15 }]],
  [
    'another setup of a peer',
    [device([a])],
    [device([{ ...a, allowedIPs: ['10.0.0.9/32'], persistentKeepaliveInterval: 25, hasPresharedKey: true }])],
    [{ type: 'peer.config.changed', time: 15, fields: ['allowed_ips', 'persistent_keepalive', 'preshared_key'] }],
  ],
  [
    'counters that fell',
    [device([{ ...a, receiveBytes: 9 }])],
    [device([a])],
    [
      { type: 'peer.counters.reset', time: 15 },
      { type: 'peer.state.changed', time: 15, from: 'idle', to: 'never', reason: undefined, firstHandshake: false },
    ],
  ],
  ['a device more', [], [device([a, peer('b')])], [{ type: 'device.added', time: 15 }]],
  ['a device less', [device([a, peer('b')])], [], [{ type: 'device.removed', time: 15 }]],
  [
    'a device made again',
    [device([shaken(-60), peer('b')])],
    [device([a, peer('c')], { incarnation: '2', listenPort: 1 })],
    [{ type: 'device.recreated', time: 15 }],
  ],
  ['a link set down', [device([a], { up: true })], [device([a], { up: false })], [{ type: 'device.down', time: 15 }]],
  ['a link set up', [device([a], { up: false })], [device([a], { up: true })], [{ type: 'device.up', time: 15 }]],
  [
    'another setup of a device',
    [device([a])],
    [device([a], { publicKey: keyOf('other'), listenPort: 1, firewallMark: 7 })],
    [{ type: 'device.config.changed', time: 15, fields: ['public_key', 'listen_port', 'firewall_mark'] }],
  ],
];

describe('changes from one snapshot to the next', () => {
  for (const [what, before, now, changes] of CASES) {
    it(`say ${what}`, () => {
      assert.deepEqual(last([snapshot(0, before), snapshot(15, now)]).map(said), changes);
    });
  }

  it('say that the clock stepped', () => {
    const later = { ...snapshot(15, [device([a])]), takenAt: EPOCH + 3_615_000 };
    assert.deepEqual(last([snapshot(0, [device([a])]), later]), [
      { type: 'clock.step', time: EPOCH + 3_615_000, step: 3_600_000 },
    ]);
  });

  it('are none in the first one, nor of what was never looked for before', () => {
    assert.deepEqual(last([snapshot(0, [device([a])])]), []);
    const blind = snapshot(0, [], { failures: [failure] });
    assert.deepEqual(last([blind, { ...blind, takenAt: EPOCH + 15_000 }, snapshot(30, [device([a])])]).length, 1);
    assert.deepEqual(last([blind, snapshot(15, [device([a])])]), []);
  });

  it('come out once a device can be read again', () => {
    const hidden = snapshot(15, [], { failures: [failure] });
    const before = snapshot(0, [device([a])]);
    assert.deepEqual(last([before, hidden]), []);
    assert.deepEqual(last([before, hidden, snapshot(30, [device([])])]).map(said), [
      { type: 'peer.removed', time: 30 },
    ]);
    assert.deepEqual(last([before, hidden, snapshot(30, [])]).map(said), [{ type: 'device.removed', time: 30 }]);
  });

  it('are none of a required device until it appears', () => {
    const options = { requiredDevices: [{ name: 'wg0' }] };
    assert.deepEqual(last([snapshot(0, []), snapshot(15, [])], options), []);
    assert.deepEqual(last([snapshot(0, []), snapshot(15, [device([])])], options).map(said), [
      { type: 'device.added', time: 15 },
    ]);
  });

  it('know a handshake that was forgotten: the next is not the first', () => {
    const script = [device([shaken(-60)]), device([a]), device([shaken(29)])].map((each, index) =>
      snapshot(index * 15, [each]),
    );
    assert.deepEqual(
      last(script).map((change) => change.type === 'peer.state.changed' && change.firstHandshake),
      [false, false],
    );
  });

  it('tell who is active and who no longer, if asked to', () => {
    const script = [
      snapshot(0, [device([a])]),
      snapshot(15, [device([shaken(12, { receiveBytes: 200 })])]),
      snapshot(30, [device([shaken(12, { receiveBytes: 900 })])]),
      snapshot(600, [device([shaken(12, { receiveBytes: 900 })])]),
    ];
    const audit = (until: number): object[] =>
      last(script.slice(0, until), { connections: true })
        .filter(({ type }) => type === 'peer.connected' || type === 'peer.disconnected')
        .map(said);
    assert.deepEqual(audit(2), [{ type: 'peer.connected', time: 12 }]);
    assert.deepEqual(audit(3), []);
    assert.deepEqual(audit(4), [
      { type: 'peer.disconnected', time: 192, since: 12, receiveBytes: 900, transmitBytes: 0 },
    ]);
    assert.deepEqual(last([...script.slice(0, 3), snapshot(45, [])], { connections: true }).map(said), [
      { type: 'device.removed', time: 45 },
      { type: 'peer.disconnected', time: 45, since: 12, receiveBytes: 900, transmitBytes: 0 },
    ]);
  });
});

describe('a flapping endpoint', () => {
  /** Phases with the second they were said in, and what else was said. */
  function flapping(...endpoints: readonly (readonly [seconds: number, endpoint: string])[]): object[] {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    return endpoints.flatMap(([seconds, endpoint]) =>
      advance(tracker, snapshot(seconds, [device([peer('a', { endpoint })])]))
        .changes.filter(({ type }) => type === 'peer.endpoint.flapping')
        .map(said),
    );
  }
  const [x, y] = ['192.0.2.1:1', '192.0.2.2:1'];
  const START = { type: 'peer.endpoint.flapping', time: 60, phase: 'start', since: 15, changes: 4 };

  it('begins with the fourth change within five minutes, and ends after five without', () => {
    assert.deepEqual(flapping([0, x], [15, y], [30, x], [45, y], [60, x], [75, y], [374, y], [375, y]), [
      { ...START, addresses: 2, alternating: true },
      { ...START, time: 375, phase: 'end', changes: 5, addresses: 2, alternating: true },
    ]);
  });

  it('is none if there are fewer changes, or slower ones', () => {
    assert.deepEqual(flapping([0, x], [15, y], [30, x], [45, y]), []);
    assert.deepEqual(flapping([0, x], [100, y], [200, x], [300, y], [400, x], [500, y], [600, x]), []);
  });

  it('is none if only new ports are given, as NAT does', () => {
    assert.deepEqual(flapping(...[0, 15, 30, 45, 60, 75].map((at) => [at, `192.0.2.1:${at + 1}`] as const)), []);
  });

  it('is one key behind one NAT twice if ports go to and fro', () => {
    const [p, q] = ['192.0.2.1:1', '192.0.2.1:2'];
    assert.deepEqual(flapping([0, p], [15, q], [30, p], [45, q], [60, p], [75, q]), [
      { ...START, time: 75, since: 30, addresses: 1, alternating: true },
    ]);
  });

  it('does not alternate if it goes on and on', () => {
    const on = [0, 15, 30, 45, 60].map((at) => [at, `192.0.2.${at + 1}:1`] as const);
    assert.deepEqual(flapping(...on), [{ ...START, addresses: 5, alternating: false }]);
  });
});

describe('a rotated key', () => {
  type Names = Readonly<Record<string, string>>;
  /** What was said of peers, by label, from the second scrape on. */
  function rotation(names: Names, hours: number, ...lists: readonly Readonly<Record<string, string[]>>[]): string[] {
    const labels = new Map(['a', 'b', 'c'].map((label) => [keyOf(label), label]));
    const tracker = new Tracker({
      collectionInterval: 15_000,
      peerLimit: 10,
      names: (publicKey) => names[labels.get(publicKey)!],
    });
    return lists.flatMap((list, index) => {
      const peers = Object.entries(list).map(([label, allowedIPs]) => peer(label, { allowedIPs }));
      const { changes } = advance(tracker, snapshot(index * hours * 3600, [device(peers)]));
      return changes.flatMap((change) => {
        const of = (key: string): string => labels.get(key)!;
        if (change.type === 'peer.added')
          return `+${of(change.peer.peer.publicKey)}${change.addressReused ? ' reused' : ''}`;
        if (change.type === 'peer.removed') return `-${of(change.peer.peer.publicKey)}`;
        if (change.type !== 'peer.key.rotated') return [];
        return `${of(change.previous.peer.publicKey)}>${of(change.peer.peer.publicKey)} ${change.basis}`;
      });
    });
  }
  const [one, two] = [['10.0.0.1/32', '10.0.1.0/24'], ['10.0.0.2/32']];
  const NAMES: Names = { a: 'laptop', b: 'laptop' };

  const ROTATIONS: readonly [what: string, said: string[], expected: string[]][] = [
    ['by name, at once', rotation(NAMES, 1, { a: one }, { b: two }), ['a>b name']],
    ['by name, removed first', rotation(NAMES, 1, { a: one }, {}, { b: two }), ['-a', 'a>b name']],
    ['by name, added first', rotation(NAMES, 1, { a: one }, { a: one, b: two }, { b: two }), ['+b', 'a>b name']],
    ['by address, at once', rotation({}, 1, { a: one }, { b: one.toReversed() }), ['a>b allowed_ips']],
    ['by address, removed first', rotation({}, 1, { a: one }, {}, { b: one }), ['-a', 'a>b allowed_ips']],
    [
      'by address, added first: the old one lost its addresses then',
      rotation({}, 1, { a: one }, { a: [], b: one }, { b: one }),
      ['+b', 'a>b allowed_ips'],
    ],
    ['not if only part of the addresses went over', rotation({}, 1, { a: one }, { b: one.slice(1) }), ['-a', '+b']],
    ['not if there are none', rotation({}, 1, { a: [] }, { b: [] }), ['-a', '+b']],
    ['not if one has a name', rotation({ a: 'laptop' }, 1, { a: one }, { b: one }), ['-a', '+b']],
    [
      'not if the names differ: the address is reused',
      rotation({ a: 'laptop', b: 'phone' }, 1, { a: one }, { b: one }),
      ['-a', '+b reused'],
    ],
    [
      'not if the names differ, added first',
      rotation({ a: 'laptop', b: 'phone' }, 1, { a: one }, { a: [], b: one }, { b: one }),
      ['+b reused', '-a'],
    ],
    ['not after more than a day', rotation(NAMES, 25, { a: one }, {}, { b: two }), ['-a', '+b']],
    ['not twice', rotation(NAMES, 1, { a: one }, { b: two }, { b: two, c: one }), ['a>b name', '+c']],
    ['and back', rotation(NAMES, 1, { a: one }, { b: two }, { a: one }), ['a>b name', 'b>a name']],
  ];
  for (const [what, changes, expected] of ROTATIONS) {
    it(`is told ${what}`, () => assert.deepEqual(changes, expected));
  }
});
