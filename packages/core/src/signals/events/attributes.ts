import { parseEndpoint } from '../../model/endpoint.js';
import { tunnelId } from '../../model/key.js';
import type { Change, DeviceChange, PeerChange } from '../../state/change.js';
import type { Series } from '../../state/series.js';
import { seriesAttributes } from '../attributes.js';
import {
  ATTR_PEER_ENDPOINT_ADDRESS,
  ATTR_PEER_ENDPOINT_PORT,
  ATTR_PEER_PREVIOUS_ENDPOINT_ADDRESS,
  ATTR_PEER_PREVIOUS_ENDPOINT_PORT,
  ATTR_TUNNEL_ID,
} from '../names.js';
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
export function identityOf(change: Change): EventAttributes {
  const series = seriesOf(change);
  if (series === undefined) return {};
  const tunnel = isOfPeer(change) ? tunnelId(change.devicePublicKey, change.peer.peer.publicKey) : undefined;
  return { ...seriesAttributes(series), ...(tunnel !== undefined && { [ATTR_TUNNEL_ID]: tunnel }) };
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

/** None if no endpoint is known. */
export function endpointAttributes(endpoint: string | undefined): EventAttributes {
  if (endpoint === undefined) return {};
  const { address, port } = parseEndpoint(endpoint);
  return { [ATTR_PEER_ENDPOINT_ADDRESS]: address, [ATTR_PEER_ENDPOINT_PORT]: port };
}

export function previousEndpointAttributes(endpoint: string | undefined): EventAttributes {
  if (endpoint === undefined) return {};
  const { address, port } = parseEndpoint(endpoint);
  return { [ATTR_PEER_PREVIOUS_ENDPOINT_ADDRESS]: address, [ATTR_PEER_PREVIOUS_ENDPOINT_PORT]: port };
}
