import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { READING, runInGuest } from '../support/guest.js';
import { SCENARIOS } from './guest/scenarios.js';

interface Result {
  readonly name: string;
  /** Absent: it went well. */
  readonly failure?: string;
}

describe('source netlink on a real kernel is what wg show all dump says, with', () => {
  const results = new Map<string, Result>();

  before(async function () {
    this.timeout(300_000);
    const written = await runInGuest('build/test/kernel/guest/main.js', READING);
    for (const line of written.trim().split(/\r?\n/)) {
      const result = JSON.parse(line) as Result;
      results.set(result.name, result);
    }
  });

  for (const name of Object.keys(SCENARIOS)) {
    it(name, () => {
      const result = results.get(name);
      assert.ok(result !== undefined, 'the guest did not come so far');
      assert.equal(result.failure, undefined);
    });
  }
});
