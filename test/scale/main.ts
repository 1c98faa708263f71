/** Crowds of peers in simulated time: `npm run scale`, or `npm run scale -- 1` for one of the scenarios. Prints what
 *  docs/benchmarks.md quotes; takes some minutes. */
import { simulate, type Outcome, type Scenario } from './simulation.js';

const HOUR = 3600;
const SCENARIOS: Readonly<Record<string, Scenario>> = {
  '100 000 peers that all start at once, 10 minutes': {
    peers: 100_000,
    mix: { steady: 1 },
    age: 0,
    duration: HOUR / 6,
  },
  '3 000 phones that sleep and wake, a day': { peers: 3000, mix: { phone: 1 }, age: 2 * HOUR, duration: 24 * HOUR },
  '1 000 peers of all kinds, a day': {
    peers: 1000,
    mix: { steady: 50, idle: 20, roaming: 10, phone: 15, dead: 4, resetting: 1 },
    age: HOUR,
    duration: 24 * HOUR,
  },
};

const only = process.argv[2];
for (const [index, [name, scenario]] of Object.entries(SCENARIOS).entries()) {
  if (only !== undefined && only !== String(index + 1)) continue;
  console.log(`\n${name}`);
  const outcome = await simulate({
    ...scenario,
    progress: (hours) => process.stderr.isTTY && process.stderr.write(`\r${hours} h simulated `),
  });
  print(outcome);
}

function print({ scrapes, records, spans, counted, truth, heap, ...rest }: Outcome): void {
  const total = Object.values(records).reduce((sum, count) => sum + count, 0);
  row('scrapes', scrapes);
  row('log records', total);
  for (const event of Object.keys(records).toSorted()) row(`  ${event}`, records[event]!);
  row('most of a single scrape', rest.mostRecordsOfAScrape);
  for (const span of Object.keys(spans).toSorted()) row(`spans ${span}`, spans[span]!);
  row('span events', rest.spanEvents);
  row('links that lead nowhere', rest.danglingLinks);
  row('handshakes: counted / true', `${counted.handshakes} / ${truth.handshakes}`);
  row('endpoint changes: counted / true', `${counted.endpointChanges} / ${truth.endpointChanges}`);
  row('heap after a quarter / at the end, MB', `${heap.early.toFixed(0)} / ${heap.late.toFixed(0)}`);
  row('longest scrape, ms', Math.round(rest.longestScrape));
}

function row(what: string, value: number | string): void {
  console.log(`  ${what.padEnd(44)} ${value}`);
}
