import { withSimulator } from '../support/simulator-process.js';
import type { Part } from './part.js';
import { measureInProcess, ROUNDS, type Staged } from './stages/plan.js';
import { grouped, megabytes, tabulate, type Figure } from './table.js';

const OUTPUTS = ['encode', 'gzip', 'page', 'pageGzip', 'textfile', 'lines', 'metricData', 'serializer'] as const;

/** Stages that are measured in one process. What is compared has one of its own: the second to look at a reading would find it in
 *  the processor's cache. */
const PLANS = [
  ['read', 'wgShow', 'track', ...OUTPUTS],
  ['read', 'quiet', 'track'],
  ['read', 'telling', 'track'],
] as const;

type Name = (typeof PLANS)[number][number];
type Paths = Pick<Staged<Name>, 'costs'>;

/** A stage, and what it made. */
function stage(name: Name, label: string, what: string): readonly Figure<Paths>[] {
  const time = { label: `${label}, ms`, what, value: ({ costs }: Paths) => costs[name].median };
  const bytes = ({ costs }: Paths): number | undefined => costs[name].bytes || undefined;
  return [time, { label: 'its size, MB', value: bytes, form: megabytes }];
}

const FIGURES: readonly Figure<Paths>[] = [
  stage('read', 'source `uapi`', 'reading and parsing'),
  stage('wgShow', 'source `wg-show`', 'the same from a program in the place of `wg`, whose own time is not in it'),
  stage('quiet', 'scrape without events', 'from a reading that is there to the frame, and what applications are told'),
  stage('telling', 'scrape with events', 'the same with events and sessions, and their OTLP bytes'),
  stage('encode', 'OTLP', 'from the frame to requests'),
  stage('gzip', 'OTLP, gzip', 'compressing them'),
  stage('page', 'page for Prometheus', 'from the frame to text, native names'),
  stage('pageGzip', 'page, gzip', 'compressing it'),
  stage('textfile', 'textfile', 'from the frame to a file, the page included'),
  stage('lines', 'lines for InfluxDB', 'from the frame to the lines of Telegraf’s `inputs.wireguard`'),
  stage('metricData', '`MetricProducer`', 'from the frame to `MetricData` of the SDK, as embedders get it'),
  stage('serializer', 'official serializer', 'from that to OTLP bytes that say the same'),
].flat();

export const paths: Part<Paths> = {
  name: 'paths',
  what: 'each way in and out, apart from the others',
  of: 'peers',
  sizes: [1000, 10_000, 100_000],
  legend: FIGURES,
  measure: (peers, say) =>
    withSimulator(peers, async (directory) => {
      let costs = {};
      for (const stages of PLANS) {
        say(stages.join(', '));
        const measured = await measureInProcess({ directory, stages, ...ROUNDS });
        costs = { ...measured.costs, ...costs };
      }
      return { costs: costs as Paths['costs'] };
    }),
  tables: (runs) => {
    const columns = runs.map(({ size, measured }) => [grouped(size), measured] as const);
    return [tabulate('peers', columns, FIGURES)];
  },
};
