import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Tracker } from '@wgotel/core';
import { histories } from '../../support/histories.js';
import { Picture } from '../../support/picture.js';
import { advance } from '../../support/snapshots.js';

describe('changes', () => {
  it('put onto the first frame give every later one again, but for counters', () => {
    fc.assert(
      fc.property(histories(-3600, 3600), fc.boolean(), (scenes, connections) => {
        let names: (publicKey: string) => string | undefined = () => undefined;
        const tracker = new Tracker({
          collectionInterval: 15_000,
          peerLimit: 3,
          connections,
          names: (publicKey) => names(publicKey),
        });
        let replayed: Picture | undefined;
        for (const { snapshot, present, hidden, names: next } of scenes) {
          if (next !== undefined) {
            names = next;
            tracker.rename();
          }
          const frame = advance(tracker, snapshot);
          // Whether a device that can't be read is there, nobody knows.
          const last = replayed;
          const isThere = (name: string): boolean =>
            hidden.has(name) ? last !== undefined && last.has(name) : present.has(name);
          const drawn = Picture.of(frame, isThere);
          if (replayed === undefined) {
            assert.deepEqual(frame.changes, []);
            replayed = drawn;
          }
          for (const change of frame.changes) replayed.apply(change);
          assert.deepEqual(replayed.plain, drawn.keepEndpoints(replayed).plain);
        }
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});
