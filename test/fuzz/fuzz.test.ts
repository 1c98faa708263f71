import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { fuzz } from './fuzz.js';
import { assertHarmless, SECRET, SECRET_HEX } from './target.js';
import { TARGETS } from './targets.js';

describe('fuzzing', () => {
  for (const target of TARGETS) {
    it(`${target.name}: 1000 mutations`, () => fuzz(target, 1000, 1)).timeout(30_000);

    it(`${target.name}: cut anywhere`, async () => {
      for (const whole of target.corpus) {
        for (let length = 0; length <= whole.length; length++) await target.run(whole.subarray(0, length));
      }
    }).timeout(30_000);
  }

  it('notices a crash, and a key', async () => {
    const bad = {
      name: 'bad',
      corpus: [Buffer.from('ab')],
      run: () => {
        throw new TypeError('x');
      },
    };
    await assert.rejects(fuzz(bad, 1, 1), /bad, seed 1, case 0: TypeError: x/);
    for (const text of [SECRET, `x${SECRET.slice(4)}`, SECRET_HEX])
      assert.throws(() => assertHarmless(text), /a key shows/);
  });
});
