import { GUARDED, GUARDED_PEERS, measureGuarded, YARDSTICKS, type Guarded } from './guard.js';
import type { Part } from './part.js';
import { grouped, tabulate, two, type Figure } from './table.js';

const YARDSTICK = { floor: 'the floor', json: '`JSON.parse`' };

const FIGURES: readonly Figure<Guarded>[] = [
  ...GUARDED.flatMap((stage) =>
    YARDSTICKS.map((yardstick) => ({
      label: `${stage} : ${YARDSTICK[yardstick]}`,
      value: ({ ratios }: Guarded) => ratios[stage][yardstick],
      form: two,
    })),
  ),
  { label: 'peers made anew, share', value: ({ peersMade }) => peersMade, form: two },
  { label: 'views made anew, share', value: ({ viewsMade }) => viewsMade, form: two },
];

export const guard: Part<Guarded> = {
  name: 'guard',
  what: 'the ratios that CI holds a change to',
  of: 'peers',
  sizes: [GUARDED_PEERS],
  measure: (peers) => measureGuarded(peers),
  tables: (runs) => {
    const columns = runs.map(({ size, measured }) => [grouped(size), measured] as const);
    return [tabulate('peers', columns, FIGURES)];
  },
};
