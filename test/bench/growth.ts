import type { Measured } from './measure.js';
import { cell, grouped, short, two, type Form, type Row, type Table } from './table.js';

/** A peer of a hundred thousand may cost as much more than one of a thousand. */
const MOST = 1.3;
const [FEW, MANY] = [1000, 100_000];

const COSTS: Readonly<Record<string, (measured: Measured) => number>> = {
  'read and parse': ({ costs }) => costs.read.median,
  track: ({ costs }) => costs.track.median,
  encode: ({ costs }) => costs.encode.median,
  'cycle, no gzip': ({ cycle }) => cycle,
  'cycle, gzip': ({ cycleWithGzip }) => cycleWithGzip,
};

const perPeerForm: Form = (micros) => (micros < 10 ? two(micros) : short(micros));

/** What a peer costs as there are more of them, in microseconds of CPU. A cycle has a part that is the same however many
 *  there are (timers, a connection, the agent's own metrics), which makes a peer among few look dear; so the ratio is given
 *  a second time without what the smallest number of peers measured costs. */
export function growthTable(results: readonly Measured[]): Table {
  const at = (peers: number): Measured | undefined => results.find((result) => result.peers === peers);
  const [few, many, least] = [at(FEW), at(MANY), results[0]];
  const rows = Object.entries(COSTS).map(([label, cost]): Row => {
    const perPeer = results.map((result) => cell((1000 * cost(result)) / result.peers, perPeerForm));
    if (few === undefined || many === undefined) return { label, cells: perPeer };
    const ratio = (fixed: number, fixedPeers: number): number =>
      (cost(many) - fixed) / (MANY - fixedPeers) / ((cost(few) - fixed) / (FEW - fixedPeers));
    const rest = least!.peers < FEW ? cell(ratio(cost(least!), least!.peers), two, MOST) : undefined;
    return { label, cells: [...perPeer, cell(ratio(0, 0), two, MOST), rest] };
  });
  const columns = results.map(({ peers }) => `${grouped(peers)} peers`);
  const ratios =
    few === undefined || many === undefined ? [] : [`${grouped(MANY)} : ${grouped(FEW)}`, 'above the fixed cost'];
  return { corner: 'CPU a peer, µs', columns: [...columns, ...ratios], rows };
}
