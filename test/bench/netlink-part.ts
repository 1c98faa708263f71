import { guestObstacles } from '../support/guest-image.js';
import { READING, runInGuest } from '../support/guest.js';
import type { Part } from './part.js';
import { grouped, tabulate, type Figure } from './table.js';

/** CPU in milliseconds of an emulated processor, so that only ratios mean something. */
interface Netlink {
  readonly peers: number;
  readonly netlink: number;
  readonly dump: number;
  readonly parse: number;
}

const FIGURES: readonly Figure<Netlink>[] = [
  { label: '`wg` and parsing its dump : netlink', value: ({ netlink, dump, parse }) => (dump + parse) / netlink },
  { label: 'parsing alone : netlink', value: ({ netlink, parse }) => parse / netlink },
];

let measured: Promise<readonly Netlink[]> | undefined;

/** One boot for all sizes. */
async function measureInGuest(): Promise<readonly Netlink[]> {
  const written = await runInGuest('build/test/kernel/guest/measure.js', READING);
  return written
    .trim()
    .split(/\r?\n/)
    .map((line) => JSON.parse(line) as Netlink);
}

export const netlink: Part<Netlink> = {
  name: 'netlink',
  what: 'reading a device of a real kernel over netlink, beside `wg`',
  of: 'peers',
  sizes: [2, 100, 2000],
  obstacles: () => guestObstacles().join('; ') || undefined,
  measure: async (peers, say) => {
    say('in a guest');
    const found = (await (measured ??= measureInGuest())).find((each) => each.peers === peers);
    if (found === undefined) throw new Error(`the guest measures 2, 100 and 2000 peers, not ${peers}`);
    return found;
  },
  tables: (runs) => {
    const columns = runs.map((run) => [grouped(run.size), run.measured] as const);
    return [tabulate('peers', columns, FIGURES)];
  },
};
