import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Tracker, type Peer } from '@wgotel/core';
import { advance, device, EPOCH, peer, snapshot } from '../../support/snapshots.js';
import { pointsOf, valuesOf } from '../../support/points.js';

const ALWAYS = { persistentKeepaliveInterval: 25 };
const SITE = { allowedIPs: ['10.9.1.0/24'] };
const ON_DEMAND = { allowedIPs: ['10.9.0.2/32', 'fd00::2/128'] };

/** A scrape: seconds since the beginning, bytes and handshake (in seconds) as they stand then, and the state expected. */
type Step = readonly [seconds: number, received: number, sent: number, handshake: number | undefined, expected: string];

/** What the tracker makes of one peer at 15 s intervals. */
function follow(setup: Partial<Peer>, steps: readonly Step[]): { attempts: Record<string, number>; tracker: Tracker } {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
  let attempts = {};
  for (const [seconds, receiveBytes, transmitBytes, handshake, expected] of steps) {
    const lastHandshakeTime = handshake === undefined ? undefined : EPOCH + handshake * 1000;
    const frame = advance(
      tracker,
      snapshot(seconds, [device([peer('a', { ...setup, receiveBytes, transmitBytes, lastHandshakeTime })])]),
    );
    const { state, reason } = frame.devices[0]!.peers[0]!;
    assert.equal(reason === undefined ? state : `${state} ${reason}`, expected, `${seconds} s after the beginning`);
    const up = Object.values(valuesOf(frame, 'wireguard.peer.up'));
    assert.deepEqual(up, state === 'active' ? [1] : state === 'stale' ? [0] : [], 'wireguard.peer.up');
    attempts = Object.fromEntries(
      Object.entries(valuesOf(frame, 'wireguard.peer.handshake.attempts')).map(([key, value]) => [
        key.split(' ').slice(2).join(' '),
        value,
      ]),
    );
  }
  return { attempts, tracker };
}

describe('state of a peer', () => {
  it('is never as long as nothing came of it', () => {
    follow(ON_DEMAND, [
      [0, 0, 0, undefined, 'never'],
      [600, 0, 0, undefined, 'never'],
    ]);
  });

  it('is active for T = 180 s + keepalive + 2 intervals after a handshake', () => {
    follow(ALWAYS, [
      [0, 0, 0, undefined, 'never'],
      [15, 92, 180, 10, 'active'],
      [244, 92, 180, 10, 'active'],
      [245, 92, 180, 10, 'stale expired'],
      [260, 184, 360, 250, 'active'],
    ]);
    follow(SITE, [
      [0, 92, 180, 0, 'active'],
      [209, 92, 180, 0, 'active'],
      [210, 92, 180, 0, 'idle'],
    ]);
    follow(ON_DEMAND, [
      [0, 92, 180, 0, 'active'],
      [210, 92, 180, 0, 'idle'],
    ]);
  });

  it('takes an always peer without a handshake for stale T after it appeared', () => {
    follow(ALWAYS, [
      [100, 0, 0, undefined, 'never'],
      [334, 0, 0, undefined, 'never'],
      [335, 0, 0, undefined, 'stale expired'],
    ]);
  });

  it('is stale when data goes unanswered over two scrapes and 30 s', () => {
    for (const setup of [SITE, ALWAYS]) {
      follow(setup, [
        [0, 1000, 1000, 0, 'active'],
        [15, 1000, 1128, 0, 'active'],
        [30, 1000, 1128, 0, 'active'],
        [45, 1000, 1128, 0, 'stale unanswered'],
        [60, 1032, 1128, 0, 'active'],
      ]);
    }
    // An answer that came within the same interval, or in the next, is one.
    follow(SITE, [
      [0, 1000, 1000, 0, 'active'],
      [15, 1032, 1128, 0, 'active'],
      [60, 1032, 1128, 0, 'active'],
      [75, 1032, 1256, 0, 'active'],
      [90, 1064, 1256, 0, 'active'],
      [120, 1064, 1256, 0, 'active'],
    ]);
  });

  it('does not wait for an answer to keepalives and initiations', () => {
    follow(ALWAYS, [
      [0, 1000, 1000, 0, 'active'],
      [25, 1000, 1064, 0, 'active'],
      [50, 1000, 1064 + 148 * 3, 0, 'active'],
      [75, 1000, 1096 + 148 * 3, 0, 'active'],
      [100, 1000, 1128 + 148 * 3, 0, 'active'],
      [125, 1000, 1160 + 148 * 7, 0, 'active'],
      [150, 1000, 1192 + 148 * 7, 0, 'active'],
    ]);
  });

  it('does not wait for an answer to the keepalives that answer data', () => {
    follow(SITE, [
      [0, 1000, 1000, 0, 'active'],
      [15, 1000, 1064, 0, 'active'],
      [30, 1000, 1064, 0, 'active'],
      [60, 1000, 1064, 0, 'active'],
    ]);
  });

  it('takes a client whose data goes unanswered for idle, not stale', () => {
    follow(ON_DEMAND, [
      [0, 1000, 1000, 0, 'active'],
      [15, 1000, 2000, 0, 'active'],
      [30, 1000, 2000, 0, 'active'],
      [45, 1000, 2000, 0, 'idle'],
    ]);
  });

  it('is stale when initiations have been in vain for a minute', () => {
    const { attempts } = follow(SITE, [
      [0, 0, 0, undefined, 'never'],
      [15, 0, 148 * 3, undefined, 'never'],
      [30, 0, 148 * 6, undefined, 'never'],
      [45, 0, 148 * 9, undefined, 'never'],
      [60, 0, 148 * 12, undefined, 'never'],
      [75, 0, 148 * 15, undefined, 'stale initiating_in_vain'],
      [90, 0, 148 * 18, undefined, 'stale initiating_in_vain'],
      [105, 0, 148 * 20, undefined, 'stale initiating_in_vain'],
      [300, 0, 148 * 20, undefined, 'stale initiating_in_vain'],
    ]);
    assert.deepEqual(attempts, { initiating_in_vain: 20 });
  });

  it('is stale when responses have been in vain for a minute', () => {
    const { attempts } = follow(SITE, [
      [0, 5000, 5000, -300, 'idle'],
      [15, 5000 + 148 * 3, 5000 + 92 * 3, -300, 'idle'],
      [75, 5000 + 148 * 13, 5000 + 92 * 13, -300, 'stale responding_in_vain'],
      [90, 5000 + 148 * 14, 5300 + 92 * 14, 80, 'active'],
    ]);
    // The last of them led to the handshake.
    assert.deepEqual(attempts, { '': 1, responding_in_vain: 12 });
  });

  it('counts the attempts of a client and never takes it for stale', () => {
    const { attempts } = follow(ON_DEMAND, [
      [0, 0, 0, undefined, 'never'],
      [100, 0, 148 * 20, undefined, 'idle'],
      [200, 0, 148 * 20, undefined, 'idle'],
    ]);
    assert.deepEqual(attempts, { initiating_in_vain: 20 });
  });

  it('does not take an attempt that is still under way for failed', () => {
    const { attempts } = follow(SITE, [
      [0, 1000, 1000, -400, 'idle'],
      [15, 1000, 1148, -400, 'idle'],
      [30, 1092, 1180, 15.1, 'active'],
    ]);
    assert.deepEqual(attempts, { '': 1 });
  });

  it('says nothing about bytes that no whole attempts explain, nor about a living session', () => {
    const { attempts } = follow(SITE, [
      [0, 1000, 1000, -400, 'idle'],
      [15, 1064, 1148, -400, 'idle'],
      [30, 1064, 1148, -400, 'idle'],
      [45, 1064, 1000 + 148 * 2 + 7, -400, 'idle'],
      // More attempts than there was time for.
      [46, 1064, 1000 + 148 * 20 + 7, -400, 'idle'],
      [60, 1064, 1000 + 148 * 20 + 7, 50, 'active'],
      [75, 1064, 1000 + 148 * 21 + 7, 50, 'active'],
      [90, 1064, 1000 + 148 * 21 + 7, 50, 'active'],
    ]);
    assert.deepEqual(attempts, { '': 1 });
  });
});

describe('a step of the wall clock', () => {
  const STEPS = [3600, -3600];
  for (const step of STEPS) {
    it(`of ${step} s is reported, and changes no age`, () => {
      const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
      const at = (seconds: number, offset: number) =>
        advance(
          tracker,
          snapshot(seconds, [device([peer('a', { ...ALWAYS, lastHandshakeTime: EPOCH })])], {
            takenAt: EPOCH + (seconds + offset) * 1000,
          }),
        );
      const states = [];
      for (const [seconds, offset] of [
        [0, 0],
        [15, 0],
        [30, step],
        [45, step],
        [230, step],
        [245, step],
      ] as const) {
        const { clockStep, devices } = at(seconds, offset);
        states.push([clockStep / 1000, devices[0]!.peers[0]!.state]);
      }
      assert.deepEqual(states, [
        [0, 'active'],
        [0, 'active'],
        [step, 'active'],
        [0, 'active'],
        [0, 'active'],
        [0, 'stale'],
      ]);
    });
  }

  it('backwards lets sums begin at the step, once, and never after their points', () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1 });
    advance(tracker, snapshot(0, [device([peer('a')])]));
    const starts = [15, 30, 45].map((seconds) => {
      const failures = [{ source: 'test', device: 'wg9', code: 'TIMEOUT' as const, message: '' }];
      const takenAt = EPOCH + (seconds - 3600) * 1000;
      const next = snapshot(seconds, [device([peer('a'), peer('b')])], { takenAt, failures });
      const points = pointsOf(advance(tracker, next));
      for (const { startTime = 0, time } of points) assert.ok(startTime <= time);
      return points.map(({ startTime }) => startTime);
    });
    assert.deepEqual(starts[1], starts[0]);
    assert.deepEqual(starts[2], starts[0]);
  });
});
