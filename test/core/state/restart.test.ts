import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Identity, peerId, runAtOnce, Tracker, type Frame, type Peer, type TrackerOptions } from '@wgotel/core';
import { histories, type Scene } from '../../support/histories.js';
import { pointsOf, seriesOf } from '../../support/points.js';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';

type Names = (publicKey: string) => string | undefined;

/** What a tracker is saved and taken up again as, and with which clock. */
interface Restart {
  readonly clean?: boolean;
  readonly boot?: string;
  /** Seconds after the epoch. */
  readonly seconds?: number;
  readonly uptime?: number;
}

function linesOf(tracker: Tracker, boot: string | undefined = 'boot'): string[] {
  return [...tracker.save(boot)].join('').split('\n');
}

function restored(options: TrackerOptions, lines: readonly string[], restart: Restart = {}): Tracker {
  const { clean = true, boot = 'boot', seconds = 0, uptime = 1_000_000 } = restart;
  const tracker = new Tracker(options);
  const now = { clean, boot, time: EPOCH + seconds * 1000, monotonicTime: uptime };
  assert.equal(runAtOnce(tracker.restore(lines, now)), undefined);
  return tracker;
}

/** Plays scenes to an end, and lets the tracker be replaced before some of them. */
function play(
  scenes: readonly Scene[],
  options: TrackerOptions,
  replace: (tracker: Tracker, index: number, options: TrackerOptions) => Tracker,
): Frame[] {
  let names: Names = () => undefined;
  const all = { ...options, names: (publicKey: string) => names(publicKey) };
  let tracker = new Tracker(all);
  return scenes.map((scene, index) => {
    tracker = replace(tracker, index, all);
    if (scene.names !== undefined) {
      ({ names } = scene);
      tracker.rename();
    }
    return advance(tracker, scene.snapshot);
  });
}

/** What there is to compare: the rendering of a series lives as long as the process, and sums of peers that are gone are not
 *  saved. */
function visible(frames: readonly Frame[]): unknown {
  const unsaved = (key: string, value: unknown): unknown => {
    // Names are asked for anew, also those of a device that can't be read.
    if (key === 'identity' || key === 'peerName') return undefined;
    if (key !== 'previous' || typeof value !== 'object') return value;
    return { ...value, individual: undefined, ioBase: undefined, totals: undefined };
  };
  return JSON.parse(JSON.stringify(frames, unsaved));
}

/** Ids of peers whose counters began anew some time. Nobody sees that, if it was while no agent ran and the counters are above
 *  those saved since: the sums of bytes are the device's own. */
function resetPeers(scenes: readonly Scene[]): ReadonlySet<string> {
  const last = new Map<string, Peer>();
  const reset = new Set<string>();
  for (const { name, peers } of scenes.flatMap((scene) => scene.snapshot.devices)) {
    for (const each of peers) {
      const { publicKey, receiveBytes, transmitBytes } = each;
      const key = `${name} ${publicKey}`;
      const before = last.get(key) ?? each;
      if (receiveBytes < before.receiveBytes || transmitBytes < before.transmitBytes) reset.add(peerId(publicKey));
      last.set(key, each);
    }
  }
  return reset;
}

const OPTIONS = { collectionInterval: 15_000, peerLimit: 3 };

describe('a restart', () => {
  it('after a clean save is not to be seen in any frame', () => {
    fc.assert(
      fc.property(histories(-3600, 3600), fc.nat(13), fc.boolean(), (scenes, cut, connections) => {
        const options = { ...OPTIONS, connections };
        const uncut = play(scenes, options, (tracker) => tracker);
        const cutOnce = play(scenes, options, (tracker, index, all) =>
          index === 1 + (cut % (scenes.length - 1)) ? restored(all, linesOf(tracker)) : tracker,
        );
        assert.deepEqual(visible(cutOnce), visible(uncut));
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('after a kill lets no sum fall without a later start, nor begin in its own past', () => {
    fc.assert(
      fc.property(
        histories(3600),
        fc.array(fc.boolean(), { minLength: 14, maxLength: 14 }),
        fc.nat(),
        (scenes, kills, at) => {
          let saved: string[] | undefined;
          const frames = play(scenes, OPTIONS, (tracker, index, all) => {
            const next =
              kills[index] === true && saved !== undefined ? restored(all, saved, { clean: false }) : tracker;
            if (index > 0 && (index + at) % 3 === 0) saved = linesOf(next);
            return next;
          });
          const reset = resetPeers(scenes);
          const last = new Map<string, { startTime: number; value: number }>();
          for (const point of frames.flatMap((frame) => pointsOf(frame))) {
            const { startTime, value, time } = point;
            if (startTime === undefined || point.metric === 'wireguard.peer.count') continue;
            if (point.metric === 'wireguard.peer.io' && reset.has(String(point.attributes['wireguard.peer.id'])))
              continue;
            const before = last.get(seriesOf(point));
            assert.ok(startTime <= time);
            if (before !== undefined && value < before.value) {
              assert.ok(startTime > before.startTime, `${seriesOf(point)} fell from ${before.value} to ${value}`);
            }
            last.set(seriesOf(point), { startTime, value });
          }
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });
});

describe('saved state', () => {
  const tracked = (): Tracker => {
    const tracker = new Tracker(OPTIONS);
    advance(tracker, snapshot(0, [device([peer('a', { lastHandshakeTime: EPOCH - 60_000 }), peer('b')])]));
    return tracker;
  };
  const NOW = { clean: true, boot: 'boot', time: EPOCH, monotonicTime: 1_000_000 };

  it('is nothing before the first snapshot', () => {
    assert.deepEqual([...new Tracker(OPTIONS).save('boot')], []);
  });

  const lines = linesOf(tracked());
  const DAMAGES: readonly [what: string, lines: readonly string[], reason: RegExp][] = [
    ['empty', [], /cut short/],
    [
      'of another version',
      lines.map((line) => line.replace('"version":1', '"version":2')),
      /^it is of version 2, and this wgotel reads version 1$/,
    ],
    ['of something else', ['{"version":1}'], /^line 1: not saved state$/],
    ['cut between lines', lines.slice(0, -3), /cut short/],
    ['cut within a line', [...lines.slice(0, 2), lines[2]!.slice(0, 20)], /line 3: not JSON/],
    ['without a line', lines.filter((_, index) => index !== 3), /cut short/],
    [
      'with another type',
      lines.map((line) => line.replace('"gone":false', '"gone":0')),
      /line 3: expected true or false/,
    ],
    ['with a line of another kind', lines.map((line) => line.replace('["device"', '["pet"')), /line 3: unknown line/],
  ];
  for (const [what, damaged, reason] of DAMAGES) {
    it(`${what} is not taken up, and the reason shows nothing of it`, () => {
      const tracker = new Tracker(OPTIONS);
      const problem = runAtOnce(tracker.restore(damaged, NOW));
      assert.match(problem!, reason);
      assert.ok(!problem!.includes(keyOf('a')));
      assert.deepEqual(advance(tracker, snapshot(15, [device([])])).changes, []);
    });
  }

  it('keeps what a device that is gone had folded, also while nobody can say whether it is back', () => {
    const options = { ...OPTIONS, peerLimit: 1 };
    const tracker = new Tracker(options);
    const folded = (bytes: number): readonly Peer[] => [peer('a'), peer('b', { receiveBytes: bytes })];
    for (const [seconds, devices] of [
      [0, [device(folded(0))]],
      [15, [device(folded(1000))]],
      [30, []],
    ] as const) {
      advance(tracker, snapshot(seconds, devices));
    }
    const blind = snapshot(45, [], {
      failures: [{ source: 'test', device: 'wg0', code: 'TIMEOUT', message: 'too slow' }],
    });
    const [uncut] = advance(tracker, blind).devices;
    const [cut] = advance(restored(options, linesOf(tracker)), blind).devices;
    assert.equal(uncut!.overflow!.io.receive, 1000);
    assert.deepEqual(cut!.overflow, uncut!.overflow);
  });

  it('has nothing to add to a name that was given while the device could not be read', () => {
    let names: Names = () => undefined;
    const options = { ...OPTIONS, names: (publicKey: string) => names(publicKey) };
    const rotated = (restarts: boolean): unknown => {
      names = () => undefined;
      let tracker = new Tracker(options);
      advance(tracker, snapshot(0, [device([peer('a'), peer('b')])]));
      names = (publicKey) => (publicKey === keyOf('b') ? undefined : 'alice');
      tracker.rename();
      const failures = [{ source: 'test', device: 'wg0', code: 'TIMEOUT', message: 'too slow' }] as const;
      advance(tracker, snapshot(15, [], { failures }));
      if (restarts) tracker = restored(options, linesOf(tracker));
      const { changes } = advance(tracker, snapshot(30, [device([peer('b'), peer('c')])]));
      return changes.map(({ type }) => type);
    };
    assert.deepEqual(rotated(false), ['peer.key.rotated']);
    assert.deepEqual(rotated(true), ['peer.key.rotated']);
  });

  it('of another run of the machine has the age that the wall clock says', () => {
    for (const [boot, state] of [
      ['boot', 'active'],
      ['other', 'idle'],
    ] as const) {
      const tracker = restored(OPTIONS, lines, { boot, seconds: 600, uptime: 5000 });
      const next = device([peer('a', { lastHandshakeTime: EPOCH - 60_000 }), peer('b')]);
      // In the same run the monotonic clock counts, and it has hardly moved.
      const monotonicTime = boot === 'boot' ? 1_015_000 : 5000;
      const frame = advance(tracker, { ...snapshot(600, [next]), monotonicTime });
      assert.equal(frame.devices[0]!.peers[0]!.state, state);
      assert.equal(frame.clockStep, boot === 'boot' ? 585_000 : 0);
    }
  });
});

describe('saved state taken up with another identity', () => {
  const office = peer('a', { lastHandshakeTime: EPOCH - 60_000, receiveBytes: 10, allowedIPs: ['10.9.0.1/32'] });
  const gone = peer('b', { allowedIPs: ['10.9.0.2/32'] });
  const saved = (options: Partial<TrackerOptions>): string[] => {
    const tracker = new Tracker({ ...OPTIONS, names: () => 'planted', ...options });
    advance(tracker, snapshot(0, [device([office, gone])]));
    // What is remembered of it has its name.
    advance(tracker, snapshot(15, [device([office])]));
    return linesOf(tracker);
  };
  const after = snapshot(30, [
    device([
      { ...office, receiveBytes: 30 },
      { ...gone, publicKey: keyOf('c') },
    ]),
  ]);
  const hmac = new Identity({ hmacKey: Buffer.alloc(32, 1) });

  for (const [what, before, identity] of [
    ['of a key', {}, hmac],
    ['of another key', { identity: new Identity({ hmacKey: Buffer.alloc(32, 2) }) }, hmac],
    ['without a key', { identity: hmac }, new Identity()],
    ['in full', { identity: hmac }, new Identity({ mode: 'full' })],
  ] as const) {
    it(`goes on under the ids ${what}`, () => {
      const names = () => 'planted';
      const frame = advance(restored({ ...OPTIONS, names, identity }, saved(before)), after);
      const [view] = frame.devices[0]!.peers;
      const { peerId: id, peerName, publicKey } = view!.series;
      const isNamed = identity.mode !== 'hmac';
      assert.deepEqual(
        [id, peerName, publicKey],
        [
          peerId(keyOf('a'), identity),
          isNamed ? 'planted' : undefined,
          identity.mode === 'full' ? keyOf('a') : undefined,
        ],
      );
      // It is known what the peer had moved before.
      assert.deepEqual([view!.ioBase.receive, view!.ioBase.startTime < EPOCH + 15_000], [0, true]);
      const [change] = frame.changes;
      // Somebody without a name is not taken for one with a name.
      assert.equal(change?.type, isNamed ? 'peer.added' : 'peer.key.rotated');
      if (change.type !== 'peer.key.rotated') return;
      const { series } = change.previous;
      assert.deepEqual([series.peerId, series.peerName], [peerId(keyOf('b'), identity), undefined]);
    });
  }

  it('has no names where peers have none', () => {
    assert.match(saved({}).join('\n'), /planted/);
    assert.doesNotMatch(saved({ identity: hmac }).join('\n'), /planted/);
  });
});
