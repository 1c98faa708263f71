import { execa } from 'execa';
import { repositoryPath } from '../support/repository.js';
import type { HeartbeatCost } from './heartbeat.js';
import type { Part } from './part.js';
import { megabytes, tabulate, type Figure } from './table.js';

/** Interval and heartbeat, in seconds. 0: none. */
const SETTINGS: readonly (readonly [interval: number, heartbeat: number])[] = [
  [15, 0],
  [15, 60],
  [15, 240],
  [5, 60],
  [5, 120],
  [5, 240],
];

interface Setting extends HeartbeatCost {
  readonly interval: number;
  readonly heartbeat: number;
  /** Bytes without a heartbeat. */
  readonly allBytes: number;
}

const isOn = ({ heartbeat }: Setting, limit: number): number | undefined => (heartbeat === 0 ? undefined : limit);

const FIGURES: readonly Figure<Setting>[] = [
  { label: 'read, parse and track, ms', value: ({ track }) => track },
  { label: 'walk and encode, ms', value: ({ encode }) => encode },
  {
    label: 'of read, parse and track, %',
    value: ({ encode, track }) => (100 * encode) / track,
    limit: (setting) => isOn(setting, 15),
  },
  { label: 'a scrape, MB', value: ({ bytes }) => bytes, form: megabytes },
  {
    label: 'of all, %',
    value: ({ bytes, allBytes }) => (100 * bytes) / allBytes,
    limit: (setting) => isOn(setting, 10),
  },
  { label: 'held between scrapes, MB', value: ({ held }) => held, form: megabytes },
  { label: 'memory (RSS), MB', value: ({ rss }) => rss, form: megabytes },
];

export const heartbeat: Part<readonly Setting[]> = {
  name: 'heartbeat',
  what: 'what a heartbeat saves and costs where 5 % of the peers are in use',
  of: 'peers',
  sizes: [100_000],
  measure: async (peers, say) => {
    const settings: Setting[] = [];
    for (const [interval, length] of SETTINGS) {
      say(`an interval of ${interval} s, a heartbeat of ${length} s`);
      const script = repositoryPath('build/test/bench/heartbeat.js');
      const args = ['--expose-gc', '--no-flush-bytecode', script, ...[peers, interval, length].map(String)];
      const cost = JSON.parse((await execa(process.execPath, args)).stdout) as HeartbeatCost;
      settings.push({ interval, heartbeat: length, allBytes: settings[0]?.allBytes ?? cost.bytes, ...cost });
    }
    return settings;
  },
  tables: (runs) =>
    runs.map(({ measured }) => {
      const columns = measured.map((setting) => [nameOf(setting), setting] as const);
      return tabulate('interval, heartbeat', columns, FIGURES);
    }),
};

function nameOf({ interval, heartbeat: length }: Setting): string {
  return length === 0 ? 'none' : `${interval} s, ${length} s`;
}
