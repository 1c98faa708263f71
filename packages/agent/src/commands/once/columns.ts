import type { PeerState, PeerView } from '@wgotel/core';
import { truncate, visible, widthOf, type Alignment } from './text-width.js';
import { formatAge, formatBytes } from './units.js';

export type Colour = 'green' | 'red' | 'yellow' | 'dim';

/** A column of the table of peers. */
export interface Column {
  readonly title: string;
  readonly alignment: Alignment;
  /** The fewest places of a line it is of use with; with less it is left out. Absent: it is never cut. */
  readonly least?: number;
  text(view: PeerView, now: number): string;
  /** Cuts what is too long, if there is a better way than at the end. */
  shorten?(view: PeerView, width: number): string;
  colour?(view: PeerView): Colour;
}

const COLOURS: Readonly<Record<PeerState, Colour>> = { active: 'green', stale: 'red', idle: 'dim', never: 'yellow' };

export const COLUMNS: readonly Column[] = [
  {
    title: 'PEER',
    alignment: 'left',
    least: 8,
    text: labelOf,
  },
  {
    title: 'STATE',
    alignment: 'left',
    text: ({ state, reason }) => (reason === undefined ? state : `${state} (${reason.replaceAll('_', ' ')})`),
    colour: ({ state }) => COLOURS[state],
  },
  {
    title: 'HANDSHAKE',
    alignment: 'right',
    text: ({ peer }, now) => (peer.lastHandshakeTime === undefined ? 'never' : formatAge(now - peer.lastHandshakeTime)),
  },
  { title: 'RECEIVED', alignment: 'right', text: ({ peer }) => formatBytes(peer.receiveBytes) },
  { title: 'SENT', alignment: 'right', text: ({ peer }) => formatBytes(peer.transmitBytes) },
  { title: 'ENDPOINT', alignment: 'left', least: 20, text: ({ peer }) => visible(peer.endpoint ?? '-') },
  {
    title: 'ALLOWED IPS',
    alignment: 'left',
    least: 16,
    text: ({ peer }) => visible(peer.allowedIPs.join(', ') || '-'),
    shorten: ({ peer }, width) => shortenList(peer.allowedIPs, width),
  },
];

/** What a peer is called: its name, or its id. */
export function labelOf({ series }: PeerView): string {
  return series.peerName ?? series.peerId ?? '';
}

/** As many of a list as fit, and how many more there are: `10.0.0.0/8, 192.0.2.0/24 +3`. */
function shortenList(list: readonly string[], width: number): string {
  const rest = (shown: number): string => (shown < list.length ? ` +${list.length - shown}` : '');
  for (let shown = Math.min(list.length, width); shown > 1; shown--) {
    const text = visible(list.slice(0, shown).join(', ')) + rest(shown);
    if (widthOf(text) <= width) return text;
  }
  return truncate(visible(list[0] ?? ''), width - rest(1).length) + rest(1);
}
