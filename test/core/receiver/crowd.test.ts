import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { simulate } from '../../scale/simulation.js';

const HOUR = 3600;

describe('a crowd of peers', () => {
  it('that starts at once gives few records, and every handshake is counted', async () => {
    const outcome = await simulate({ peers: 2000, mix: { steady: 1 }, age: 0, duration: 300 });
    assert.deepEqual(outcome.counted, outcome.truth);
    assert.ok(outcome.truth.handshakes > 2000);
    assert.ok(outcome.mostRecordsOfAScrape <= 20 + 1, `${outcome.mostRecordsOfAScrape} records of a scrape`);
    assert.equal(outcome.danglingLinks, 0);
  }).timeout(60_000);

  it('of phones that sleep and wake gives no records at all, as nobody waits for them', async () => {
    const outcome = await simulate({ peers: 300, mix: { phone: 1 }, age: 2 * HOUR, duration: 3 * HOUR });
    assert.deepEqual(outcome.counted, outcome.truth);
    assert.ok(outcome.truth.endpointChanges > 300);
    assert.deepEqual(outcome.records, {});
    assert.equal(outcome.danglingLinks, 0);
    assert.ok(outcome.spans['wireguard.session']! > 1000);
  }).timeout(60_000);
});
