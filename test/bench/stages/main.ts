/** Measures stages of a scrape in a process of its own, as a {@link Plan} in JSON says that is its argument, and prints
 *  {@link Staged} as JSON. */
import { pathStages } from './paths.js';
import { Round, scrapeStages } from './scrape.js';
import { measureStages, type Stage } from './stage.js';
import type { Plan, Staged } from './plan.js';

const plan = JSON.parse(process.argv[2]!) as Plan;
const round = new Round();
const known: Readonly<Record<string, Stage>> = {
  ...scrapeStages(plan.directory, round, plan.forgets),
  ...pathStages(plan.directory, round),
};
const changed: number[] = [];
const stages = Object.fromEntries(plan.stages.map((name) => [name, known[name]!]));
const costs = await measureStages(stages, plan, () => changed.push(round.changed));
const { points, requests } = round;
const staged: Staged<never> = { costs, points, requests: requests.length, changed: average(changed.slice(plan.warmUp)) };
console.log(JSON.stringify(staged));

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
