import type { RivalCost } from './rivals.js';

/** Prints what was measured, a block for each number of peers. */
export function printRivals(costs: readonly RivalCost[]): void {
  const row = (label: string, ...cells: readonly string[]): void =>
    console.log(label.padEnd(34) + cells.map((cell) => cell.padStart(14)).join(''));
  for (const peers of new Set(costs.map((cost) => cost.peers))) {
    console.log();
    row(`${peers} peers, device to page`, 'CPU, ms', 'page, kB', 'series', 'RSS, MB');
    for (const { label, cpu, bytes, series, rss } of costs.filter((cost) => cost.peers === peers)) {
      row(label, cpu.toFixed(1), (bytes / 1e3).toFixed(0), String(series), (rss / 1e6).toFixed(0));
    }
  }
}
