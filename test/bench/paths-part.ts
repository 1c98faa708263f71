import { ROUNDS, withSimulator } from './measure.js';
import type { Part } from './part.js';
import { measureInProcess, type Staged } from './stages/plan.js';
import { grouped, megabytes, tabulate, type Figure } from './table.js';

const STAGES = [
  'read',
  'wgShow',
  'quiet',
  'telling',
  'track',
  'encode',
  'gzip',
  'page',
  'pageGzip',
  'textfile',
  'lines',
  'metricData',
  'serializer',
] as const;

type Paths = Staged<(typeof STAGES)[number]>;

/** A stage, and what it made. */
function stage(name: (typeof STAGES)[number], label: string, what: string): readonly Figure<Paths>[] {
  const time = { label: `${label}, ms`, what, value: ({ costs }: Paths) => costs[name].median };
  const bytes = ({ costs }: Paths): number | undefined => costs[name].bytes || undefined;
  return [time, { label: 'its size, MB', value: bytes, form: megabytes }];
}

const FIGURES: readonly Figure<Paths>[] = [
  stage('read', 'source `uapi`', 'reading and parsing'),
  stage('wgShow', 'source `wg-show`', 'the same from a program in the place of `wg`, whose own time is not in it'),
  stage('quiet', 'receiver', 'a scrape of a reading that is there: tracking, and what is told applications'),
  stage('telling', 'receiver, events and sessions', 'the same with both, and with their OTLP bytes'),
  stage('encode', 'OTLP', 'from the frame to requests'),
  stage('gzip', 'OTLP, gzip', 'compressing them'),
  stage('page', 'page for Prometheus', 'from the frame to text, native names'),
  stage('pageGzip', 'page, gzip', 'compressing it'),
  stage('textfile', 'textfile', 'from the frame to a file, the page included'),
  stage('lines', 'lines for InfluxDB', 'from the frame to the lines of Telegraf’s `inputs.wireguard`'),
  stage('metricData', '`MetricProducer`', 'from the frame to `MetricData` of the SDK, as embedders get it'),
  stage('serializer', 'official serializer', 'from that to the same OTLP bytes as above'),
].flat();

export const paths: Part<Paths> = {
  name: 'paths',
  what: 'each way in and out, apart from the others',
  of: 'peers',
  sizes: [1000, 10_000, 100_000],
  legend: FIGURES,
  measure: (peers, say) =>
    withSimulator(peers, (directory) => {
      say('each way in and out');
      return measureInProcess({ directory, stages: STAGES, ...ROUNDS });
    }),
  tables: (runs) => {
    const columns = runs.map(({ size, measured }) => [grouped(size), measured] as const);
    return [tabulate('peers', columns, FIGURES)];
  },
};
