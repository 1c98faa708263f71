import { createLogUpdate } from 'log-update';
import type { PeerRow, Sum } from './peer-row.js';
import { fitLine, fitRows } from './screen.js';

/** Shows the peers by name. */
export interface Display {
  /** Says what is being waited for. */
  progress(text: string): void;
  show(peers: ReadonlyMap<string, PeerRow>): void;
  end(): void;
}

const HEADER = [
  'Simulated WireGuard peers -> wgotel run -> OTLP/gRPC -> what arrived, every 2 s.',
  'No root, no network, no configuration. Ctrl-C ends it and leaves nothing behind.',
  '',
];
const TITLES = ['PEER', 'DEVICE', 'STATE', 'HANDSHAKE', 'IN', 'OUT', 'RECEIVED', 'SENT', 'MOVES'] as const;
/** How wide the columns are; with the blanks between them 80 places. Below 0: they begin on the left. */
const WIDTHS: readonly number[] = [-9, -6, -6, 10, 8, 8, 10, 10, 5];

const KILO = { style: 'unit', maximumFractionDigits: 1, useGrouping: false } as const;
const rate = new Intl.NumberFormat('en', { ...KILO, unit: 'kilobyte-per-second' });
const amount = new Intl.NumberFormat('en', { ...KILO, unit: 'kilobyte' });

/** A table that stays in its place, cut to the screen. */
export function liveDisplay(stream: NodeJS.WriteStream, names: ReadonlyMap<string, string>): Display {
  const update = createLogUpdate(stream);
  return {
    progress: (text) => update([...HEADER, text].map((line) => fitLine(line, stream)).join('\n')),
    show(peers) {
      const rows = [...peers.values()].map((row) => cells(row, names)).toSorted(byDeviceAndName);
      update(fitRows([...HEADER, renderLine(TITLES)], rows.map(renderLine), stream).join('\n'));
    },
    end: () => update.done(),
  };
}

/** A line for each peer that appears or changes, which its last column says; for output that goes to a file or a program. */
export function plainDisplay(stream: NodeJS.WritableStream, names: ReadonlyMap<string, string>): Display {
  let before: ReadonlyMap<string, PeerRow> = new Map();
  stream.write(HEADER.map((line) => `${line}\n`).join(''));
  return {
    progress: (text) => stream.write(`${text}\n`),
    show(peers) {
      if (before.size === 0 && peers.size > 0) stream.write(`${renderLine([...TITLES, 'CHANGE'])}\n`);
      for (const [key, row] of peers) {
        const change = changeOf(before.get(key), row);
        if (change !== undefined) stream.write(`${renderLine([...cells(row, names), change])}\n`);
      }
      before = peers;
    },
    end: () => undefined,
  };
}

function byDeviceAndName(
  [name = '', device = '']: readonly string[],
  [other = '', otherDevice = '']: readonly string[],
): number {
  return device.localeCompare(otherDevice) || name.localeCompare(other);
}

function changeOf(before: PeerRow | undefined, row: PeerRow): string | undefined {
  if (before === undefined) return 'new';
  if (stateOf(before) !== stateOf(row)) return `was ${stateOf(before)}`;
  if (before.moves !== row.moves) return 'endpoint';
  if (before.received?.startTime !== row.received?.startTime) return 'counters reset';
  return undefined;
}

/** The metrics say `up` of peers somebody waits for; the others are idle, or never had a handshake. */
function stateOf({ up, handshakeTime }: PeerRow): string {
  if (up !== undefined) return up === 1 ? 'active' : 'STALE';
  return handshakeTime === undefined ? 'never' : 'idle';
}

function cells(row: PeerRow, names: ReadonlyMap<string, string>): string[] {
  const { id, device, received, sent, handshakeTime, moves } = row;
  const age =
    handshakeTime === undefined ? 'never' : `${Math.max(0, Math.round(Date.now() / 1000 - handshakeTime))} s ago`;
  return [
    names.get(id) ?? id,
    device,
    stateOf(row),
    age,
    perSecond(received),
    perSecond(sent),
    total(received),
    total(sent),
    String(moves),
  ];
}

function perSecond(sum: Sum | undefined): string {
  return sum?.rate === undefined ? '-' : rate.format(sum.rate / 1000);
}

function total(sum: Sum | undefined): string {
  return sum === undefined ? '-' : amount.format(sum.value / 1000);
}

function renderLine(line: readonly string[]): string {
  return line.map((cell, index) => pad(cell, WIDTHS[index] ?? 0)).join(' ');
}

function pad(cell: string, width: number): string {
  return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
}
