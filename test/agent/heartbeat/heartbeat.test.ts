import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Heartbeat } from '@wgotel/agent';
import { MetricView, Tracker, type Frame, type MetricsSettings } from '@wgotel/core';
import { histories } from '../../support/histories.js';
import { pointsOf } from '../../support/points.js';
import { advance, device, EPOCH, peer, snapshot } from '../../support/snapshots.js';
import { Witness } from './witness.js';

/** All that can be asked for, and nothing put together. */
const EVERYTHING: MetricsSettings = {
  'wireguard.peer.persistent_keepalive.interval': { enabled: true },
  'wireguard.peer.allowed_ip.count': { enabled: true },
};

const MINUTE = 60_000;

describe('a heartbeat', () => {
  it('leaves out only what did not change, whatever happens', () => {
    const anyHistory = fc.record({
      scenes: histories(0),
      length: fc.constantFrom(15_000, MINUTE, 100_000, 4 * MINUTE),
      peerLimit: fc.constantFrom(2, 5, Infinity),
      /** After which somebody new is to get everything. */
      renewal: fc.nat(20),
    });
    fc.assert(
      fc.property(anyHistory, ({ scenes, length, peerLimit, renewal }) => {
        let names: (publicKey: string) => string | undefined = () => undefined;
        const tracker = new Tracker({ collectionInterval: 15_000, peerLimit, names: (key) => names(key) });
        const witness = new Witness(length, new MetricView(EVERYTHING));
        for (const [i, scene] of scenes.entries()) {
          if (scene.names !== undefined) {
            names = scene.names;
            tracker.rename();
          }
          if (i === renewal) witness.heartbeat.sendAll();
          witness.take(advance(tracker, scene.snapshot));
        }
        witness.check(Number(renewal < scenes.length));
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  const tracker = (): Tracker => new Tracker({ collectionInterval: 15_000, peerLimit: Infinity });

  it('spreads what did not change evenly over the scrapes', () => {
    const peers = Array.from({ length: 2000 }, (_, i) => peer(String(i)));
    const [follower, witness] = [tracker(), new Witness(MINUTE)];
    const sent = Array.from({ length: 9 }, (_, i) =>
      witness.take(advance(follower, snapshot(15 * i, [device(peers)]))),
    );
    const all = sent[0]!.length;
    for (const { length } of sent.slice(1)) assert.ok(Math.abs(length / all - 1 / 4) < 0.05, `${length} of ${all}`);
  });

  it('sends everything to somebody new, and to everybody after a device could not be read', () => {
    const [follower, witness] = [tracker(), new Witness(4 * MINUTE)];
    const at = (seconds: number, read = true): number => {
      const failures = [{ source: 'test', device: 'wg0', code: 'TIMEOUT' as const, message: '' }];
      const next = read ? snapshot(seconds, [device([peer('a')])]) : snapshot(seconds, [], { failures });
      return witness.take(advance(follower, next)).length;
    };
    const all = at(0);
    assert.equal(at(1), 0);
    witness.heartbeat.sendAll();
    // What can't be read now is sent when it can.
    at(2, false);
    assert.ok(at(3) >= all);
    assert.equal(at(4), 0);
  });

  it('ends with a device that is forgotten, whose last points it sends', () => {
    const [follower, witness] = [tracker(), new Witness(4 * MINUTE)];
    const at = (seconds: number): Frame => advance(follower, snapshot(seconds, [device([peer('a')])]));
    const all = witness.take(at(0)).length;
    witness.take(at(1));
    assert.equal(witness.take({ ...at(2), devices: [] }).length, all);
    assert.equal(witness.take({ ...at(3), devices: [] }).length, 0);
  });

  it('shows nothing that was read too long ago', () => {
    const heartbeat = new Heartbeat(MINUTE, EPOCH);
    const frame = advance(tracker(), snapshot(0, [device([peer('a')])]));
    const at = (now: number): number =>
      pointsOf(frame, new MetricView(), now, (...args) => heartbeat.visit(...args)).length;
    assert.equal(at(frame.monotonicTime + frame.maxAge + 1), 0);
    assert.ok(at(frame.monotonicTime) > 0);
  });

  it('leaves metrics whose points are put together as they are', () => {
    const attributes = ['network.interface.name', 'network.io.direction'];
    const [follower, heartbeat] = [tracker(), new Heartbeat(4 * MINUTE, EPOCH)];
    const view = new MetricView({ 'wireguard.peer.io': { attributes } });
    const sent = [0, 1, 2].map((seconds) => {
      const frame = advance(follower, snapshot(seconds, [device([peer('a'), peer('b')])]));
      return pointsOf(frame, view, frame.monotonicTime, (...args) => heartbeat.visit(...args));
    });
    const metrics = sent[2]!.map(({ metric }) => metric);
    assert.deepEqual(metrics, ['wireguard.peer.io', 'wireguard.peer.io']);
  });

  it('holds on to no peer that is gone', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const [follower, witness] = [tracker(), new Heartbeat(MINUTE, EPOCH)];
    const gone: WeakRef<object>[] = [];
    const view = new MetricView();
    for (let i = 0; i < 40; i++) {
      const frame = advance(follower, snapshot(15 * i, [device([peer('stays'), peer(`guest ${i}`)])]));
      gone.push(new WeakRef(frame.devices[0]!.peers[1]!.series));
      pointsOf(frame, view, frame.monotonicTime, (...args) => witness.visit(...args));
    }
    await setImmediate();
    collectGarbage();
    const held = gone.filter((each) => each.deref() !== undefined).length;
    assert.ok(held <= 4, `${held} of ${gone.length} are held`);
  });
});
