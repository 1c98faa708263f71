import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { GUARDED_PEERS, measureGuarded, regressions, SLACK, type Guarded } from './guard.js';
import { readResults, type Run } from './results.js';

const committed = (readResults()['guard'] as readonly Run<Guarded>[]).find(({ size }) => size === GUARDED_PEERS)!;

/** What was measured for the docs, with other ratios of one stage. */
function withRatios(ratios: Partial<Guarded['ratios']>): Guarded {
  return { ...committed.measured, ratios: { ...committed.measured.ratios, ...ratios } };
}

describe('the guard of what a scrape costs', () => {
  it(`finds no stage that costs ${SLACK} times what docs/benchmarks.json has, by both yardsticks`, async () => {
    assert.deepEqual(regressions(await measureGuarded(GUARDED_PEERS), committed.measured), []);
  });

  it('finds a program that forgets what it knew', async () => {
    const found = regressions(
      await measureGuarded(GUARDED_PEERS, { forgets: true, warmUp: 3, runs: 3 }),
      committed.measured,
    );
    for (const what of ['encode', 'peersMade', 'viewsMade']) {
      assert.ok(
        found.some((line) => line.startsWith(`${what} `)),
        `${what} is not found: ${found.join('\n')}`,
      );
    }
  });

  it('counts what is above its limit in both yardsticks', () => {
    const { floor, json } = committed.measured.ratios.track;
    const above = (ratio: number): number => 1.01 * SLACK * ratio;
    assert.deepEqual(regressions(withRatios({ track: { floor: above(floor), json } }), committed.measured), []);
    assert.equal(
      regressions(withRatios({ track: { floor: above(floor), json: above(json) } }), committed.measured).length,
      1,
    );
  });
});
