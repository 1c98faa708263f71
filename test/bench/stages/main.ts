/** Measures stages of a scrape in a process of its own, as a {@link Plan} in JSON says that is its argument, and prints
 *  {@link Staged} as JSON. */
import { outputStages } from './outputs.js';
import { receiverStages } from './receiver.js';
import { Round, scrapeStages } from './scrape.js';
import { measureStages, type Stage } from './stage.js';
import type { Plan, Staged } from './plan.js';
import { wgShowStages } from './wg-show.js';

const plan = JSON.parse(process.argv[2]!) as Plan;
const round = new Round();
const known: Readonly<Record<string, Stage>> = {
  ...scrapeStages(plan.directory, round, plan.forgets),
  ...wgShowStages(plan.directory, round),
  ...receiverStages(round),
  ...outputStages(plan.directory, round),
};
const made: Pick<Round, 'peersMade' | 'viewsMade'>[] = [];
const stages = Object.fromEntries(plan.stages.map((name) => [name, known[name]!]));
const costs = await measureStages(stages, plan, () =>
  made.push({ peersMade: round.peersMade, viewsMade: round.viewsMade }),
);
const { points, requests } = round;
const measured = made.slice(plan.warmUp);
const average = (share: keyof (typeof made)[number]): number =>
  measured.reduce((sum, each) => sum + each[share], 0) / measured.length;
const staged: Staged<never> = {
  costs,
  points,
  requests: requests.length,
  peersMade: average('peersMade'),
  viewsMade: average('viewsMade'),
};
console.log(JSON.stringify(staged));
