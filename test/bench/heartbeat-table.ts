import { execa } from 'execa';
import { repositoryPath } from '../support/repository.js';
import type { HeartbeatCost } from './heartbeat.js';

/** Interval and heartbeat, in seconds. */
const SETTINGS = [
  [15, 60],
  [15, 240],
  [5, 60],
  [5, 120],
  [5, 240],
] as const;

const PEERS = 100_000;

/** Measures and prints what heartbeats save and cost, at several lengths. */
export async function printHeartbeats(): Promise<void> {
  const full = await measureHeartbeat(15, 0);
  const cells = (label: string, values: readonly string[]): string =>
    label.padEnd(34) + values.map((value) => value.padStart(18)).join('');
  const results: HeartbeatCost[] = [];
  for (const [interval, length] of SETTINGS) results.push(await measureHeartbeat(interval, length));
  const percent = (value: number): string => (100 * value).toFixed(1);
  const all = [full, ...results];
  const headings = SETTINGS.map(([interval, length]) => `${interval} s / ${length} s`);
  console.log(`\n${cells(`${PEERS} peers, interval / heartbeat`, ['none', ...headings])}`);
  console.log(
    cells(
      'read, parse and track, ms',
      all.map(({ track }) => track.toFixed(0)),
    ),
  );
  console.log(
    cells(
      'walk and encode, ms',
      all.map(({ encode }) => encode.toFixed(0)),
    ),
  );
  console.log(
    cells(
      '  of read, parse and track, %',
      all.map(({ encode, track }) => `${percent(encode / track)} (of 15)`),
    ),
  );
  console.log(
    cells(
      'MB a scrape',
      all.map(({ bytes }) => (bytes / 1e6).toFixed(1)),
    ),
  );
  console.log(
    cells(
      '  of all, %',
      all.map(({ bytes }) => `${percent(bytes / full.bytes)} (of 10)`),
    ),
  );
}

async function measureHeartbeat(interval: number, length: number): Promise<HeartbeatCost> {
  const script = repositoryPath('build/test/bench/heartbeat.js');
  const args = ['--expose-gc', '--no-flush-bytecode', script, ...[PEERS, interval, length].map(String)];
  return JSON.parse((await execa(process.execPath, args)).stdout) as HeartbeatCost;
}
