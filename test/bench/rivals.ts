/**
 * Measures what a page for Prometheus costs, from device to text, beside other exporters on the same simulated device. All
 * run in a mount namespace of their own, in which `wg` and they find that device alone.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountObstacles } from '../support/mount-support.js';
import { freePort, isInstalled, startProcess, type RunningProcess } from '../support/process.js';
import { startSimulator } from '../support/simulator-process.js';
import { OURS, others, type Scene } from './contenders.js';
import { measurePages, type PageCost } from './page-cost.js';

/** What a page of a contender costs at a number of peers. */
export interface RivalCost extends PageCost {
  readonly peers: number;
  readonly label: string;
  readonly isOurs: boolean;
  /** Absent: not compressed. */
  readonly gzip?: boolean;
}

/** Says why others can't be measured here; undefined: they can. */
export function rivalObstacles(): string | undefined {
  const found = [
    ...(others().length > 0 ? [] : ['other exporters are not built: npm run rivals']),
    ...(isInstalled('wg') ? [] : ['wg missing: apt-get install --no-install-recommends wireguard-tools']),
    ...mountObstacles(),
  ];
  return found.join('; ') || undefined;
}

/** Measures all of them, one after the other, at one number of peers. */
export async function measureRivals(peers: number, say: (step: string) => void): Promise<RivalCost[]> {
  const root = await mkdtemp(join(tmpdir(), 'wgotel-rivals-'));
  const costs: RivalCost[] = [];
  let simulator: RunningProcess | undefined;
  try {
    const runtime = join(root, 'run');
    simulator = await startSimulator(join(runtime, 'wireguard'), peers);
    // Of /var/run as a whole, as /var/run/wireguard need not be there.
    const script = 'mount --bind "$0" /var/run && exec "$@"';
    const run: Scene['run'] = (...argv) =>
      startProcess('unshare', ['--mount', 'sh', '-c', script, runtime, ...argv], { cwd: root });
    // Long enough for the slowest to be done before the next.
    const usual = peers > 1000 ? 1000 : 500;
    for (const contender of [...OURS, ...others()]) {
      const { label, gzip = false, interval = usual, start } = contender;
      say(label);
      const [folder, port] = [join(root, String(costs.length)), await freePort()];
      await mkdir(folder);
      const { program, readings } = await start({ folder, port, interval, run });
      try {
        const url = `http://127.0.0.1:${port}/metrics`;
        const cost = await measurePages(program, { url, gzip, interval, ...(readings && { readings }) });
        costs.push({ peers, label, isOurs: OURS.includes(contender), ...(gzip && { gzip }), ...cost });
      } finally {
        await program.stop();
      }
    }
  } finally {
    await simulator?.stop();
    await rm(root, { recursive: true });
  }
  return costs;
}
