/**
 * Loaded into the real agent with `--import`: measures the process from the inside, over whole cycles after a warm-up, and
 * writes a JSON file. The environment says how long and where to: BENCH_WARM_UP and BENCH_DURATION in milliseconds,
 * BENCH_RESULT.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

export interface Probed {
  /** User and system, in milliseconds, over the whole duration. */
  readonly cpu: number;
  /** In milliseconds, collections of garbage included. */
  readonly longestBlock: number;
  /** Longest block in the warm-up, which has the first scrape in it. */
  readonly longestBlockAtFirst: number;
  /** The largest resident set seen, in bytes. */
  readonly rss: number;
}

/** How finely blocks are measured, in milliseconds. It takes a timer each, so CPU is not measured at the same time. */
const RESOLUTION = 1;

const { BENCH_WARM_UP, BENCH_DURATION, BENCH_RESULT } = process.env;
const after = (millis: string | undefined): Promise<void> => delay(Number(millis), undefined, { ref: false });

const blocks = monitorEventLoopDelay({ resolution: RESOLUTION });
const longest = (): number => blocks.max / 1e6 - RESOLUTION;
let rss = 0;
setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 250).unref();

void (async () => {
  // Loading modules blocks as well, before there is anything to do.
  await after('500');
  blocks.enable();
  await after(BENCH_WARM_UP);
  const longestBlockAtFirst = longest();
  blocks.disable();

  const before = process.cpuUsage();
  await after(BENCH_DURATION);
  const { user, system } = process.cpuUsage(before);

  blocks.reset();
  blocks.enable();
  await after(BENCH_DURATION);
  const probed: Probed = { cpu: (user + system) / 1000, longestBlock: longest(), longestBlockAtFirst, rss };
  writeFileSync(BENCH_RESULT!, JSON.stringify(probed));
})();
