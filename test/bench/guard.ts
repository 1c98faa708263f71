import { withSimulator } from '../support/simulator-process.js';
import { measureInProcess, type Plan } from './stages/plan.js';
import { two } from './table.js';

/** Stages that CI watches. */
export const GUARDED = ['read', 'track', 'encode', 'page', 'lines'] as const;

/** What their CPU is compared with: reading the same bytes and doing nothing, and `JSON.parse` of the same fields. */
export const YARDSTICKS = ['floor', 'json'] as const;

export interface Guarded {
  /** The least CPU of a stage, divided by the least of a yardstick. */
  readonly ratios: Readonly<Record<(typeof GUARDED)[number], Readonly<Record<(typeof YARDSTICKS)[number], number>>>>;
  /** The share of peers, and of the views of them, that were made anew from round to round. */
  readonly peersMade: number;
  readonly viewsMade: number;
}

/** By how much a ratio may be above the one that was measured for the docs: that of one and the same program varies by a fifth
 *  on a machine with much else to do, and by a third from one release of Node to another. */
export const SLACK = 1.5;

/** Of the simulated peers a quarter do nothing; how many of the others do from round to round depends on how long one takes. */
const MOST_MADE = 0.9;

/** Enough for a stage to take longer than what begins and ends it, and for work that grows with the square to be seen. */
export const GUARDED_PEERS = 10_000;

/** Rounds that are many and short are the steadiest: among them are some that nothing else got into. */
const ROUNDS = { warmUp: 10, runs: 12 };

export function measureGuarded(peers: number, more: Partial<Plan> = {}): Promise<Guarded> {
  return withSimulator(peers, async (directory) => {
    const stages = ['floor', 'read', 'json', 'track', 'encode', 'page', 'lines'] as const;
    const { costs, peersMade, viewsMade } = await measureInProcess({ directory, stages, ...ROUNDS, ...more });
    const least = (stage: (typeof stages)[number]): number => costs[stage].least;
    const ratios = GUARDED.map((stage) => [
      stage,
      Object.fromEntries(YARDSTICKS.map((yardstick) => [yardstick, least(stage) / least(yardstick)])),
    ]);
    return { ratios: Object.fromEntries(ratios) as Guarded['ratios'], peersMade, viewsMade };
  });
}

/** Says what costs more than it did, a line each. A stage does if it is above its limit in both yardsticks: what falls on a
 *  yardstick alone does not count. */
export function regressions(now: Guarded, committed: Guarded): string[] {
  const slower = GUARDED.filter((stage) =>
    YARDSTICKS.every((yardstick) => now.ratios[stage][yardstick] > SLACK * committed.ratios[stage][yardstick]),
  ).map((stage) => {
    const [floor, json] = YARDSTICKS.map((yardstick) => {
      const [value, before] = [now, committed].map(({ ratios }) => two(ratios[stage][yardstick]));
      return `${value} times ${yardstick}, before ${before}`;
    });
    return `${stage} costs ${floor}, and ${json}`;
  });
  const made = (['peersMade', 'viewsMade'] as const)
    .filter((share) => now[share] > MOST_MADE)
    .map((share) => `${share} is ${two(now[share])}, above ${MOST_MADE}: what did not change is made anew`);
  return [...slower, ...made];
}
