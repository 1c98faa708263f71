import { growthTable } from './growth.js';
import { measure, type Measured } from './measure.js';
import type { Part } from './part.js';
import { grouped, megabytes, short, tabulate, type Figure, type Form } from './table.js';

/** A budget that depends on the number of peers. Others have none. */
const of =
  (budget: Readonly<Record<number, number>>) =>
  ({ peers }: Measured): number | undefined =>
    budget[peers];

const percent: Form = (share) => short(share * 100);

/** The budgets are those of the project, set before anything was measured. */
const FIGURES: readonly Figure<Measured>[] = [
  {
    label: 'reply, MB',
    what: 'size of the device’s answer',
    value: ({ costs }) => costs.floor.bytes,
    form: megabytes,
  },
  {
    label: 'changed, %',
    what: 'peers that were other than in the round before, on average, while stages were measured',
    value: ({ peersMade }) => peersMade,
    form: percent,
  },
  {
    label: 'points',
    what: 'points of one scrape, all metrics, every peer below the limit',
    value: ({ points }) => points,
    form: grouped,
  },
  { label: 'requests', what: 'OTLP requests of one scrape', value: ({ requests }) => requests, form: grouped },
  {
    label: 'their size, MB',
    what: 'before compression',
    value: ({ costs }) => costs.encode.bytes,
    form: megabytes,
  },
  {
    label: 'floor: read and discard, ms',
    what: 'reading the same bytes and doing nothing with them: the least any reader must do',
    value: ({ costs }) => costs.floor.median,
  },
  {
    label: 'read and parse, ms',
    what: 'the source `uapi`, from the socket to the reading',
    value: ({ costs }) => costs.read.median,
  },
  {
    label: 'times `JSON.parse`',
    what: 'that, divided by `JSON.parse` of the same fields',
    value: ({ costs }) => costs.read.median / costs.json.median,
    limit: of({ 10_000: 2, 100_000: 2 }),
  },
  { label: 'track, ms', what: 'from the reading to the frame', value: ({ costs }) => costs.track.median },
  { label: 'encode, ms', what: 'from the frame to OTLP bytes', value: ({ costs }) => costs.encode.median },
  { label: 'gzip, ms', what: 'compressing those bytes', value: ({ costs }) => costs.gzip.median },
  {
    label: 'cycle, no gzip, ms',
    what: 'everything that the agent does in one interval, averaged over 12 after 45 s to warm up',
    value: ({ cycle }) => cycle,
    limit: of({ 10_000: 80, 100_000: 800 }),
  },
  {
    label: 'cycle, gzip, ms',
    what: 'the same with compression, the default',
    value: ({ cycleWithGzip }) => cycleWithGzip,
    limit: of({ 10_000: 150, 100_000: 1500 }),
  },
  {
    label: 'longest block, ms',
    what: 'longest time for which the agent’s event loop did not go round, collection of garbage included, with gzip',
    value: ({ longestBlock }) => longestBlock,
    limit: of({ 100_000: 50 }),
  },
  {
    label: 'in the warm-up, ms',
    what: 'the same over the 45 s before, the very first scrape included',
    value: ({ longestBlockAtFirst }) => longestBlockAtFirst,
  },
  {
    label: 'memory (RSS), MB',
    what: 'largest resident set of the agent',
    value: ({ rss }) => rss,
    form: megabytes,
    limit: of({ 100: 110e6, 10_000: 160e6, 100_000: 500e6 }),
  },
];

export const cycles: Part<Measured> = {
  name: 'cycles',
  what: 'what a scrape costs, from a device to OTLP, in stages and in the real agent',
  of: 'peers',
  sizes: [10, 100, 1000, 10_000, 100_000],
  legend: FIGURES,
  measure,
  tables: (runs) => {
    const columns = runs.map(({ size, measured }) => [grouped(size), measured] as const);
    return [tabulate('peers', columns, FIGURES), growthTable(runs.map(({ measured }) => measured))];
  },
};
