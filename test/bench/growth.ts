import type { Measured } from './measure.js';
import { cell, grouped, short, two, type Form, type Row, type Table } from './table.js';

/** A peer of a hundred thousand may cost as much more than one of a thousand. */
const MOST = 1.3;
const [FEW, MANY] = [1000, 100_000];

interface Cost {
  readonly label: string;
  readonly of: (measured: Measured) => number;
  /** Whether a part of it is the same however many peers there are. */
  readonly isFixedInPart?: boolean;
}

const COSTS: readonly Cost[] = [
  { label: 'read and parse', of: ({ costs }) => costs.read.median },
  { label: 'track', of: ({ costs }) => costs.track.median },
  { label: 'encode', of: ({ costs }) => costs.encode.median },
  { label: 'cycle, no gzip', of: ({ cycle }) => cycle, isFixedInPart: true },
  { label: 'cycle, gzip', of: ({ cycleWithGzip }) => cycleWithGzip, isFixedInPart: true },
];

const perPeerForm: Form = (micros) => (micros < 10 ? two(micros) : short(micros));

/** What a peer costs as there are more of them, in microseconds of CPU. A cycle has a part that is the same however many
 *  there are (timers, a connection, the agent's own metrics), which makes a peer among few look dear; so its ratio is given
 *  a second time without what the smallest number of peers measured costs. */
export function growthTable(results: readonly Measured[]): Table {
  const at = (peers: number): Measured | undefined => results.find((result) => result.peers === peers);
  const [few, many, least] = [at(FEW), at(MANY), results[0]];
  const rows = COSTS.map(({ label, of, isFixedInPart }): Row => {
    const perPeer = results.map((result) => cell((1000 * of(result)) / result.peers, perPeerForm));
    if (few === undefined || many === undefined) return { label, cells: perPeer };
    const ratio = (fixed: number, peers: number): number =>
      (of(many) - fixed) / (MANY - peers) / ((of(few) - fixed) / (FEW - peers));
    const rest = isFixedInPart && least!.peers < FEW ? ratio(of(least!), least!.peers) : undefined;
    return { label, cells: [...perPeer, cell(ratio(0, 0), two, MOST), cell(rest, two, MOST)] };
  });
  const columns = results.map(({ peers }) => `${grouped(peers)} peers`);
  const hasRatios = few !== undefined && many !== undefined;
  const ratios = hasRatios ? [`${grouped(MANY)} : ${grouped(FEW)}`, 'above the fixed part'] : [];
  return { corner: 'CPU a peer, µs', columns: [...columns, ...ratios], rows };
}
