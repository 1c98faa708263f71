import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Replay } from '@wgotel/agent';
import { randomFrom } from '../../fuzz/mutate.js';

/** How many requests come in each second when so many agents, each with so many requests, begin at once. */
function requestsBySecond(agents: number, waiting: number): number[] {
  const seconds: number[] = [];
  for (let agent = 0; agent < agents; agent++) {
    const below = randomFrom(agent);
    const replay = new Replay(() => below(2 ** 32) / 2 ** 32);
    replay.begin();
    let time = 0;
    for (let left = waiting; left > 0; left--) {
      time += replay.next(left)!;
      const second = Math.floor(time / 1000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
  }
  return seconds;
}

describe('a replay', () => {
  it('has no pauses before it begins, nor once it is over', () => {
    const replay = new Replay(() => 0.5);
    assert.equal(replay.next(100), undefined);
    replay.begin();
    assert.equal(replay.next(100), 2500);
    assert.equal(replay.next(99), 50);
    replay.end();
    assert.equal(replay.next(98), undefined);
  });

  for (const [random, first, next] of [
    [0, 0, 25],
    [1, 5000, 75],
  ] as const) {
    it(`of 100 requests begins after ${first} ms and goes on after ${next} ms at ${random === 0 ? 'least' : 'most'}`, () => {
      const replay = new Replay(() => random);
      replay.begin();
      assert.deepEqual([replay.next(100), replay.next(99)], [first, next]);
    });
  }

  it('goes on where it was if the server fails meanwhile', () => {
    const replay = new Replay(() => 0.5);
    replay.begin();
    replay.next(100);
    replay.begin();
    assert.equal(replay.next(99), 50);
  });

  it('begins within half a minute however much has piled up', () => {
    const replay = new Replay(() => 1);
    replay.begin();
    assert.equal(replay.next(1_000_000), 30_000);
  });

  it('of 1000 agents begins gradually', () => {
    const seconds = requestsBySecond(1000, 240);
    // Each of them sends 20 in a second once it has begun, and needs 12 seconds.
    const all = 1000 * 20;
    assert.ok(seconds[0]! < all / 10, `${seconds[0]} in the first second`);
    assert.ok(seconds[5]! < 0.6 * all, `${seconds[5]} in the sixth`);
  });
});
