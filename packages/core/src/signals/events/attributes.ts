import type { Change, DeviceChange, PeerChange } from '../../state/change.js';
import type { Series } from '../../state/series.js';
import { seriesAttributes } from '../attributes.js';
import type { Disclosure } from '../disclosure.js';
import { ATTR_TUNNEL_ID } from '../names.js';
import type { EventAttributes } from './event.js';
import { shown } from './wording.js';

export function isOfPeer(change: Change): change is PeerChange {
  return 'peer' in change;
}

function isOfDevice(change: Change): change is DeviceChange {
  return 'device' in change;
}

/** Who a change is about. `undefined`: the host. */
export function seriesOf(change: Change): Series | undefined {
  return isOfPeer(change) ? change.peer.series : isOfDevice(change) ? change.device.series : undefined;
}

/** The attributes that say who a change is about. */
export function identityOf(change: Change, told: Disclosure): EventAttributes {
  const series = seriesOf(change);
  if (series === undefined) return {};
  if (!isOfPeer(change)) return seriesAttributes(series);
  const tunnel = told.tunnel(ATTR_TUNNEL_ID, change.devicePublicKey, change.peer.peer.publicKey);
  return { ...seriesAttributes(series), ...tunnel };
}

/** Who a change is about, in words: `office on wg0`, `wg0 in blue`, `the wall clock`. */
export function subjectOf(change: Change): string {
  const series = seriesOf(change);
  if (series === undefined) return 'the wall clock';
  const { peerId, peerName = peerId } = series;
  return peerName === undefined ? deviceOf(series) : `${shown(peerName)} on ${deviceOf(series)}`;
}

export function deviceOf({ device, netns }: Series): string {
  return netns === undefined ? shown(device) : `${shown(device)} in ${shown(netns)}`;
}
