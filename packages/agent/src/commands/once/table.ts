import { styleText } from 'node:util';
import type { DeviceView, Frame, PeerState, PeerView } from '@wgotel/core';
import { COLUMNS, labelOf, type Colour, type Column } from './columns.js';
import { pad, truncate, visible, widthOf } from './text-width.js';

export interface TableOptions {
  /** Places of a line. `Infinity`: nothing is cut or left out. */
  readonly width: number;
  readonly colour: boolean;
}

/** What needs attention comes first. */
const STATES: readonly PeerState[] = ['stale', 'active', 'idle', 'never'];
const GAP = '  ';

/** Draws each device as a heading and a table of its peers. It shows no key. */
export function renderTable({ devices, time }: Frame, options: TableOptions): string {
  return devices.map((view) => renderDevice(view, time, options)).join('\n');
}

function renderDevice(view: DeviceView, now: number, options: TableOptions): string {
  const peers = view.peers.toSorted(byUrgency);
  const lines = [renderHeading(view, options)];
  if (peers.length > 0) lines.push(...renderPeers(peers, now, options));
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function renderHeading({ device, peerCounts, peers }: DeviceView, { width, colour }: TableOptions): string {
  const counts = STATES.filter((state) => peerCounts[state] > 0).map((state) => `${peerCounts[state]} ${state}`);
  const facts = [
    visible(device.netns === undefined ? device.name : `${device.name} in ${device.netns}`),
    ...(device.up === undefined ? [] : [device.up ? 'up' : 'down']),
    peers.length === 0 ? 'no peers' : `${peers.length} ${peers.length === 1 ? 'peer' : 'peers'}: ${counts.join(', ')}`,
    device.listenPort === undefined ? 'not listening' : `port ${device.listenPort}`,
    `${device.type}, read by ${device.source}`,
  ];
  const heading = truncate(facts.join(' · '), width);
  return colour ? paint('bold', heading) : heading;
}

/** Whether there is to be colour was asked for, so it does not depend on where standard output goes. */
function paint(style: 'bold' | Colour, text: string): string {
  return styleText(style, text, { validateStream: false });
}

/** By state, then those last heard of first, then by name: some sources give the peers in a random order. */
function byUrgency(one: PeerView, other: PeerView): number {
  return (
    STATES.indexOf(one.state) - STATES.indexOf(other.state) ||
    (other.peer.lastHandshakeTime ?? 0) - (one.peer.lastHandshakeTime ?? 0) ||
    labelOf(one).localeCompare(labelOf(other))
  );
}

function renderPeers(peers: readonly PeerView[], now: number, { width, colour }: TableOptions): string[] {
  const columns = layOut(peers, now, width);
  const titles = columns.map(({ column, places }) => pad(column.title, places, column.alignment)).join(GAP);
  const rows = peers.map((view) =>
    columns
      .map(({ column, places }) => {
        const cell = pad(textOf(column, view, now, places), places, column.alignment);
        return colour && column.colour !== undefined ? paint(column.colour(view), cell) : cell;
      })
      .join(GAP),
  );
  return [colour ? paint('dim', titles) : titles, ...rows];
}

function textOf(column: Column, view: PeerView, now: number, places: number): string {
  const text = column.text(view, now);
  if (widthOf(text) <= places) return text;
  return column.shorten?.(view, places) ?? truncate(text, places);
}

/** A column and how many places of a line it has. */
interface Slot {
  readonly column: Column;
  readonly places: number;
}

/** Gives each column its places. What is never cut has its room first; the others share what is left from left to right,
 *  and names leave some for the rest. */
function layOut(peers: readonly PeerView[], now: number, width: number): Slot[] {
  const natural = COLUMNS.map((column) => ({
    column,
    places: peers.reduce((most, view) => Math.max(most, widthOf(column.text(view, now))), column.title.length),
  }));
  const fixed = natural.filter(({ column }) => column.least === undefined);
  let left = fixed.reduce((rest, { places }) => rest - places - GAP.length, width + GAP.length);
  return natural.flatMap((slot, index) => {
    const { column, places } = slot;
    if (column.least === undefined) return [slot];
    const room = left - GAP.length;
    const share = index === 0 ? Math.max(column.least, Math.min(room, Math.floor(width / 4))) : room;
    if (share < Math.min(places, column.least)) return [];
    const given = Math.min(places, share);
    left -= given + GAP.length;
    return [{ column, places: given }];
  });
}
