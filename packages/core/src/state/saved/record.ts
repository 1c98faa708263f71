import type { Identity } from '../../model/identity.js';
import type { PeerView } from '../frame.js';
import type { Recorded } from '../peer-record.js';
import { seriesOf } from '../naming.js';
import type { Series } from '../series.js';
import { noTotals } from '../totals.js';
import type { SavedRecord } from './format.js';

const NO_IO = { startTime: 0, receive: 0, transmit: 0 };

/** What is remembered of a peer that came or went, as it is saved. */
export function savedRecord(record: SavedRecord['record'], { view, last, at }: Recorded): SavedRecord {
  const { peer, expectation, state, reason, series } = last;
  return { peer, expectation, state, reason, record, name: series.peerName, addresses: view.peer.allowedIPs, at };
}

/** The same as it was before it was saved, but for sums, which are nobody's any more. */
export function recordedOf(saved: SavedRecord, device: Series, identity: Identity | undefined): Recorded {
  const { peer, expectation, state, reason, name, addresses, at } = saved;
  const series = seriesOf(peer.publicKey, name, device, identity);
  const sums = { individual: false, ioBase: NO_IO, totals: noTotals(0) };
  const last: PeerView = { peer, series, expectation, state, reason, ...sums };
  return { view: { ...last, peer: { ...peer, allowedIPs: addresses } }, last, at };
}
