/**
 * Measures in a guest with a real kernel what reading a device over netlink costs, beside `wg` and parsing what it prints:
 *   npm run bench:kernel
 * The guest's processor is emulated, so read times as ratios.
 */
import { READING, runInGuest } from '../support/guest.js';

interface Measured {
  readonly peers: number;
  readonly netlink: number;
  readonly dump: number;
  readonly parse: number;
}

const written = await runInGuest('build/test/kernel/guest/measure.js', READING);
const row = (...cells: (string | number)[]): void =>
  console.log(cells.map((cell) => String(cell).padStart(14)).join(''));
row('peers', 'netlink, ms', 'wg alone, ms', 'parsing, ms', 'ratio');
for (const line of written.trim().split(/\r?\n/)) {
  const { peers, netlink, dump, parse } = JSON.parse(line) as Measured;
  row(peers, ...[netlink, dump, parse].map((value) => value.toFixed(1)), ((dump + parse) / netlink).toFixed(1));
}
