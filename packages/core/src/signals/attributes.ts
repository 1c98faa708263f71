import { Series } from '../state/series.js';
import {
  ATTR_DEVICE_NETNS,
  ATTR_NETWORK_INTERFACE_NAME,
  ATTR_PEER_ID,
  ATTR_PEER_NAME,
  ATTR_PEER_PUBLIC_KEY,
} from './names.js';

/** What attributes of ours hold. */
export type AttributeValue = string | boolean;
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The attributes that tell a device's or a peer's series from others. The one place that decides what of a peer is
 *  shown: never its endpoint, and its public key only if that was asked for. */
export function seriesAttributes({ device, netns, peerId, peerName, publicKey }: Series): Attributes {
  return {
    [ATTR_NETWORK_INTERFACE_NAME]: device,
    ...(netns !== undefined && { [ATTR_DEVICE_NETNS]: netns }),
    ...(peerId !== undefined && { [ATTR_PEER_ID]: peerId }),
    ...(peerName !== undefined && { [ATTR_PEER_NAME]: peerName }),
    ...(publicKey !== undefined && { [ATTR_PEER_PUBLIC_KEY]: publicKey }),
  };
}

/** Attributes that a point has beside its series' own, such as a direction: one constant object for each of the few
 *  combinations, so that sinks can render it once. `index` counts them all through. */
export interface Dimension {
  readonly index: number;
  readonly attributes: Attributes;
}

let dimensions = 0;

export function dimension(attributes: Attributes): Dimension {
  return { index: dimensions++, attributes };
}

/** No attributes beside the series' own. */
export const PLAIN: Dimension = dimension({});

const merged = Series.renderer((): Attributes[] => []);

/** All attributes of a point, as one object that stays the same as long as the series lives. */
export function pointAttributes(series: Series | undefined, { index, attributes }: Dimension): Attributes {
  if (series === undefined) return attributes;
  return (merged(series)[index] ??= { ...seriesAttributes(series), ...attributes });
}
