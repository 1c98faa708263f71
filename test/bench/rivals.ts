/**
 * Measures what a page for Prometheus costs, from device to text, beside other exporters on the same simulated device. All
 * run in a mount namespace of their own, in which `wg` and they find that device alone.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountObstacles } from '../support/mount-support.js';
import { freePort, isInstalled, startProcess, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { kbknappPath, mindflavorPath } from '../support/rival-binaries.js';
import { startSimulator } from '../support/simulator-process.js';
import { measurePages, type PageCost } from './page-cost.js';

interface Contender {
  readonly label: string;
  readonly gzip?: boolean;
  /** Between two pages, in milliseconds; absent: that of the others. */
  readonly interval?: number;
  /** Starts it in a folder of its own with a page on a port of loopback. */
  readonly start: (scene: Scene) => Promise<Started>;
}

interface Scene {
  readonly folder: string;
  readonly port: number;
  readonly interval: number;
  /** Runs a program where /var/run/wireguard is that of the simulator. */
  readonly run: (...argv: readonly string[]) => RunningProcess;
}

interface Started {
  readonly program: RunningProcess;
  readonly readings?: () => Promise<number>;
}

/** What a page of a contender costs at a number of peers. */
export interface RivalCost extends PageCost {
  readonly peers: number;
  readonly label: string;
  readonly isOurs: boolean;
  /** Absent: not compressed. */
  readonly gzip?: boolean;
}

const OURS: readonly Contender[] = [
  { label: 'wgotel, profile mindflavor', start: wgotel({}, 'mindflavor') },
  { label: 'wgotel, mindflavor, by `wg`', start: wgotel({ source: 'wg-show' }, 'mindflavor') },
  { label: 'wgotel, native page', start: wgotel({}, 'native') },
  { label: 'wgotel, native page, gzip', gzip: true, start: wgotel({}, 'native') },
];

/** Others, as far as they are built. */
function others(): readonly Contender[] {
  const [mindflavor, kbknapp] = [mindflavorPath(), kbknappPath()];
  const contenders: Contender[] = [];
  if (mindflavor !== undefined) {
    contenders.push({ label: 'MindFlavor 3.6.6', start: other(mindflavor) });
  }
  if (kbknapp !== undefined) {
    // It reads at an interval of its own, of whole seconds.
    const flags = ['--collect-interval', '1'];
    contenders.push({ label: 'kbknapp 0.3.0', interval: 1000, start: other(kbknapp, ...flags) });
  }
  return contenders;
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

/** An exporter that is told its place by the flags that both have. */
function other(path: string, ...flags: readonly string[]): Contender['start'] {
  return ({ port, run }) => Promise.resolve({ program: run(path, '-l', '127.0.0.1', '-p', String(port), ...flags) });
}

/** The agent with one page, which reads as often as it is asked. */
function wgotel(receiver: object, profile: 'mindflavor' | 'native'): Contender['start'] {
  return async ({ folder, port, interval, run }) => {
    const health = `127.0.0.1:${await freePort()}`;
    const profiles = profile === 'native' ? [profile] : { [profile]: { friendly_names: false } };
    const config = {
      receivers: {
        wireguard: { ...receiver, initial_delay: 0, collection_interval: `${interval}ms`, peer_limit: 1_000_000 },
      },
      exporters: { prometheus: { endpoint: `127.0.0.1:${port}`, profiles } },
      extensions: { health: { endpoint: health } },
      service: { extensions: ['health'] },
    };
    const file = join(folder, 'config.yaml');
    await writeFile(file, JSON.stringify(config), { mode: 0o600 });
    const program = run(process.execPath, repositoryPath('packages/agent/dist/cli.js'), 'run', '--config', file);
    const readings = async (): Promise<number> => {
      const response = await fetch(`http://${health}/-/status`);
      const { receivers } = (await response.json()) as Status;
      const { lastScrape, skippedScrapes } = receivers['wireguard']!;
      return lastScrape / interval - skippedScrapes;
    };
    return { program, readings };
  };
}

interface Status {
  readonly receivers: Readonly<Record<string, { readonly lastScrape: number; readonly skippedScrapes: number }>>;
}
