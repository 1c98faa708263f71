import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, type RunningProcess } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { kbknappPath, mdlayherPath, mindflavorPath, telegrafPath } from '../support/rival-binaries.js';
import { shippedEnvironment } from '../support/shipped-flags.js';
import { telegrafConfiguration } from '../support/telegraf.js';

/** What is measured. */
export interface Contender {
  readonly label: string;
  readonly gzip?: boolean;
  /** Between two pages, in milliseconds; absent: that of the others. */
  readonly interval?: number;
  /** Starts it in a folder of its own with a page on a port of loopback. */
  readonly start: (scene: Scene) => Promise<Started>;
}

/** Where a contender runs. */
export interface Scene {
  readonly folder: string;
  readonly port: number;
  readonly interval: number;
  /** Runs a program where /var/run/wireguard is that of the simulator. */
  readonly run: (...argv: readonly string[]) => RunningProcess;
}

interface Started {
  readonly program: RunningProcess;
  /** How often it has read its devices; absent: once a page. */
  readonly readings?: () => Promise<number>;
}

/** The agent, each time with another page. */
export const OURS: readonly Contender[] = [
  { label: 'wgotel, profile mindflavor', start: wgotel({}, 'mindflavor') },
  { label: 'wgotel, mindflavor, by `wg`', start: wgotel({ source: 'wg-show' }, 'mindflavor') },
  { label: 'wgotel, profile mdlayher', start: wgotel({}, 'mdlayher') },
  { label: 'wgotel, profile telegraf', start: wgotel({}, 'telegraf') },
  { label: 'wgotel, native page', start: wgotel({}, 'native') },
  { label: 'wgotel, native page, gzip', gzip: true, start: wgotel({}, 'native') },
];

/** Other exporters, as far as they are there. */
export function others(): readonly Contender[] {
  const [mindflavor, kbknapp, mdlayher, telegraf] = [mindflavorPath(), kbknappPath(), mdlayherPath(), telegrafPath()];
  const contenders: Contender[] = [];
  if (mindflavor !== undefined) {
    contenders.push({ label: 'MindFlavor 3.6.6', start: other(mindflavor, addressFlags) });
  }
  if (kbknapp !== undefined) {
    // It reads at an interval of its own, of whole seconds.
    const flags = (port: number): string[] => [...addressFlags(port), '--collect-interval', '1'];
    contenders.push({ label: 'kbknapp 0.3.0', interval: 1000, start: other(kbknapp, flags) });
  }
  if (mdlayher !== undefined) {
    const flags = (port: number): string[] => ['-metrics.addr', `127.0.0.1:${port}`];
    contenders.push({ label: 'mdlayher c67c6d6', start: other(mdlayher, flags) });
  }
  if (telegraf !== undefined) contenders.push({ label: 'Telegraf 1.37.2', start: telegrafAt(telegraf) });
  return contenders;
}

/** The flags that both exporters in Rust have for their place. */
function addressFlags(port: number): string[] {
  return ['-l', '127.0.0.1', '-p', String(port)];
}

/** An exporter that is told its place by flags. */
function other(path: string, flags: (port: number) => readonly string[]): Contender['start'] {
  return ({ port, run }) => Promise.resolve({ program: run(path, ...flags(port)) });
}

/** Telegraf, which reads at an interval of its own: that of the pages. */
function telegrafAt(path: string): Contender['start'] {
  return async ({ folder, port, interval, run }) => {
    const file = join(folder, 'telegraf.conf');
    await writeFile(file, telegrafConfiguration({ port, interval }));
    return { program: run(path, '--config', file) };
  };
}

/** The agent with one page, which reads as often as it is asked. */
function wgotel(receiver: object, profile: 'mindflavor' | 'mdlayher' | 'telegraf' | 'native'): Contender['start'] {
  return async ({ folder, port, interval, run }) => {
    const health = `127.0.0.1:${await freePort()}`;
    const profiles = profile === 'mindflavor' ? { mindflavor: { friendly_names: false } } : [profile];
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
    const options = shippedEnvironment().NODE_OPTIONS.split(' ');
    const cli = repositoryPath('packages/agent/dist/cli.js');
    const program = run(process.execPath, ...options, cli, 'run', '--config', file);
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
