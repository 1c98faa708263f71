import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BOUNDS_SHORT, growing } from './bounds.js';
import { slopesOf } from './slope.js';
import { soak } from './soak.js';

/** Long enough for all that is bounded to be full halfway. */
const SHORT = { days: 2 / 3, peers: 40, every: 1_200_000 };

describe('an agent under churn', () => {
  it('holds no more memory and no more handles as virtual hours go by', async () => {
    const outcome = await soak(SHORT);
    const { samples, changes, reloads, requests, dropped } = outcome;
    assert.equal(samples.length, 48);
    assert.deepEqual(growing(slopesOf(outcome), BOUNDS_SHORT), [], JSON.stringify(samples));
    // All that was to happen did.
    assert.deepEqual([reloads, dropped], [16, 0]);
    assert.ok(requests > 1000);
    for (const type of ['added', 'removed', 'key.rotated', 'endpoint.changed', 'counters.reset', 'state.changed']) {
      assert.ok(changes[`peer.${type}`]! > 20, type);
    }
    for (const type of ['added', 'removed', 'config.changed']) assert.ok(changes[`device.${type}`]! > 20, type);
    assert.ok(changes['device.recreated']! >= 3);
  });

  it('is found out if it keeps every change, or leaves files open', async () => {
    const found = growing(slopesOf(await soak({ ...SHORT, leaks: true })), BOUNDS_SHORT);
    assert.match(found[0] ?? '', /^memory grows by /);
    assert.match(found[1] ?? '', /^handles grows by /);
  });
});

describe('a slope', () => {
  it('is that of the second half, by least squares', () => {
    const sample = (
      days: number,
      memory: number,
      handles: number,
    ): Parameters<typeof slopesOf>[0]['samples'][number] => ({
      days,
      memory,
      handles,
      resident: 0,
    });
    const samples = [sample(0, 100, 9), sample(1, 50, 9), sample(2, 10, 7), sample(3, 13, 7), sample(4, 14, 7)];
    assert.deepEqual(slopesOf({ samples }), { memory: 2, handles: 0 });
  });
});
