/** Days of virtual time under churn: `npm run soak`, or `npm run soak -- --days 30 --peers 200`. Prints what docs/benchmarks.md quotes;
 *  ends with 1 if memory or handles grow. */
import { parseArgs } from 'node:util';
import { BOUNDS_LONG, growing } from './bounds.js';
import { slopesOf } from './slope.js';
import { soak, type Sample } from './soak.js';

const { values } = parseArgs({
  options: {
    days: { type: 'string', default: '10' },
    peers: { type: 'string', default: '100' },
    hours: { type: 'string', default: '3' },
  },
});
const days = Number(values.days);
console.log('    day   memory, MB   resident, MB   handles');
const print = ({ days: day, memory, resident, handles }: Sample): void => {
  console.log(
    `${day.toFixed(2).padStart(7)} ${memory.toFixed(2).padStart(12)} ${resident.toFixed(0).padStart(14)} ${String(handles).padStart(9)}`,
  );
};
const outcome = await soak({
  days,
  peers: Number(values.peers),
  every: Number(values.hours) * 3_600_000,
  progress: print,
});
const slopes = slopesOf(outcome);
const { scrapes, reloads, requests, bytes, dropped, changes } = outcome;
console.log(
  `\n${scrapes} scrapes, ${reloads} reloads, ${requests} requests, ${(bytes / 2 ** 20).toFixed(0)} MB sent, ${dropped} items dropped`,
);
for (const type of Object.keys(changes).toSorted()) console.log(`  ${type.padEnd(28)} ${changes[type]}`);
console.log(`second half, a day: memory ${slopes.memory.toFixed(3)} MB, handles ${slopes.handles.toFixed(3)}`);
const problems = growing(slopes, BOUNDS_LONG);
for (const problem of problems) console.log(problem);
if (problems.length > 0) process.exitCode = 1;
