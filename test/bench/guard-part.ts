import { withSimulator } from './measure.js';
import type { Part } from './part.js';
import { measureInProcess, type Plan } from './stages/plan.js';
import { grouped, tabulate, two, type Figure } from './table.js';

/** What is guarded in CI. */
export const GUARDED = ['read', 'track', 'encode', 'page', 'lines'] as const;
const YARDSTICKS = ['floor', 'json'] as const;

/** A stage's CPU in that of a yardstick: the least of each, measured in turns in the same process. */
export type Ratios = Readonly<Record<`${(typeof GUARDED)[number]} : ${(typeof YARDSTICKS)[number]}`, number>>;

const LABELS: Readonly<Record<keyof Ratios, string>> = Object.fromEntries(
  GUARDED.flatMap((stage) => YARDSTICKS.map((yardstick) => [`${stage} : ${yardstick}`, `${stage} : ${yardstick}`])),
) as Record<keyof Ratios, string>;

/** Enough for a stage to take longer than what begins and ends it. */
export const GUARDED_PEERS = 3000;

/** Measures for two seconds or so. */
export function measureRatios(peers: number, more: Pick<Plan, 'forgets'> = {}): Promise<Ratios> {
  return withSimulator(peers, async (directory) => {
    const stages = ['floor', 'read', 'json', 'track', 'encode', 'page', 'lines'] as const;
    const { costs } = await measureInProcess({ directory, stages, warmUp: 10, runs: 15, pause: 2, ...more });
    const entries = GUARDED.flatMap((stage) =>
      YARDSTICKS.map((yardstick) => [`${stage} : ${yardstick}`, costs[stage].least / costs[yardstick].least]),
    );
    return Object.fromEntries(entries) as Ratios;
  });
}

const FIGURES: readonly Figure<Ratios>[] = (Object.keys(LABELS) as (keyof Ratios)[]).map((ratio) => ({
  label: LABELS[ratio],
  value: (ratios) => ratios[ratio],
  form: two,
}));

export const guard: Part<Ratios> = {
  name: 'guard',
  what: 'the ratios that CI holds a change to',
  of: 'peers',
  sizes: [GUARDED_PEERS],
  measure: (peers) => measureRatios(peers),
  tables: (runs) => {
    const columns = runs.map(({ size, measured }) => [grouped(size), measured] as const);
    return [tabulate('peers', columns, FIGURES)];
  },
};
