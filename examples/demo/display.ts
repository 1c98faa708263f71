import { createLogUpdate } from 'log-update';
import type { PeerRow, Sum } from './peer-row.js';

/** Shows the peers by name. */
export interface Display {
  /** Says what is being waited for. */
  progress(text: string): void;
  show(peers: ReadonlyMap<string, PeerRow>): void;
  end(): void;
}

const HEADER = `Simulated WireGuard peers -> wgotel run -> OTLP/gRPC -> this table of what arrived, every 2 s.
No root, no network, no configuration. Ctrl-C ends it and leaves nothing behind.
`;
const COLUMNS = ['PEER', 'DEVICE', 'STATE', 'HANDSHAKE', 'IN', 'OUT', 'RECEIVED', 'SENT', 'MOVES'] as const;

const rate = new Intl.NumberFormat('en', { style: 'unit', unit: 'kilobyte-per-second', maximumFractionDigits: 1 });
const amount = new Intl.NumberFormat('en', { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 1 });

/** A table that stays in its place. */
export function liveDisplay(stream: NodeJS.WriteStream, names: ReadonlyMap<string, string>): Display {
  const update = createLogUpdate(stream);
  return {
    progress: (text) => update(`${HEADER}\n${text}`),
    show(peers) {
      const rows = [...peers.values()].map((row) => cells(row, names));
      const table = [COLUMNS, ...rows.toSorted(byDeviceAndName)];
      update(`${HEADER}\n${table.map((line) => renderLine(line)).join('\n')}`);
    },
    end: () => update.done(),
  };
}

/** A line for each peer that appears or changes, for output that goes to a file or a program. */
export function plainDisplay(stream: NodeJS.WritableStream, names: ReadonlyMap<string, string>): Display {
  let before: ReadonlyMap<string, PeerRow> = new Map();
  stream.write(HEADER);
  return {
    progress: (text) => stream.write(`${text}\n`),
    show(peers) {
      if (before.size === 0 && peers.size > 0) stream.write(`${renderLine([...COLUMNS, 'CHANGE'])}\n`);
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
  // Words begin on the left, numbers end on the right; what follows them is a word again.
  return line
    .map((cell, index) => (index < 3 ? cell.padEnd(9) : index < 8 ? cell.padStart(11) : cell.padStart(5)))
    .join(' ');
}
