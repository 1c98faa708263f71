import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { fitRows, type Screen } from '../../examples/demo/screen.js';

describe('the demo’s screen', () => {
  for (const [name, screen, lines] of [
    ['leaves all where there is room', { columns: 10, rows: 5 }, ['PEER', 'paris', 'london', 'rome']],
    ['says how many there is no room for', { columns: 10, rows: 4 }, ['PEER', 'paris', '… 2 more']],
    ['has room for the heading at least', { columns: 10, rows: 1 }, ['PEER', '… 3 more']],
    ['cuts what would be wrapped', { columns: 5, rows: 5 }, ['PEER', 'paris', 'londo', 'rome']],
    ['leaves all where the size is not known', { columns: 0, rows: 0 }, ['PEER', 'paris', 'london', 'rome']],
  ] satisfies [string, Screen, string[]][]) {
    it(name, () => assert.deepEqual(fitRows(['PEER'], ['paris', 'london', 'rome'], screen), lines));
  }
});
