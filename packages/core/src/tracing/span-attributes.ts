import type { Attributes, Span } from '@opentelemetry/api';
import type { TunnelView } from '../model/tunnel.js';
import {
  ATTR_NETWORK_INTERFACE_NAME,
  ATTR_PEER_HANDSHAKE_AGE,
  ATTR_PEER_ID,
  ATTR_PEER_NAME,
  ATTR_PEER_RTT,
  ATTR_PEER_STATE,
  ATTR_TUNNEL_ID,
} from '../signals/names.js';

/** Flag of a trace that is recorded. Source: https://www.w3.org/TR/trace-context/#sampled-flag */
const SAMPLED = 1;

/** What of a tunnel is the same on every span, as long as the view is. */
const rendered = new WeakMap<TunnelView, Attributes>();

/** Says on a span that it went through a tunnel. */
export function tag(span: Span, view: TunnelView): void {
  let attributes = rendered.get(view);
  if (attributes === undefined) rendered.set(view, (attributes = attributesOf(view)));
  span.setAttributes(attributes);
  if (view.handshakeTime !== undefined) {
    span.setAttribute(ATTR_PEER_HANDSHAKE_AGE, Math.max(0, Date.now() - view.handshakeTime) / 1000);
  }
  if (view.session !== undefined && typeof span.addLink === 'function') {
    span.addLink({ context: { ...view.session, traceFlags: SAMPLED, isRemote: true } });
  }
}

function attributesOf({ interface: device, peerId, name, state, tunnelId, rtt }: TunnelView): Attributes {
  return {
    [ATTR_NETWORK_INTERFACE_NAME]: device,
    [ATTR_PEER_ID]: peerId,
    [ATTR_PEER_STATE]: state,
    ...(name !== undefined && { [ATTR_PEER_NAME]: name }),
    ...(tunnelId !== undefined && { [ATTR_TUNNEL_ID]: tunnelId }),
    ...(rtt !== undefined && { [ATTR_PEER_RTT]: rtt / 1000 }),
  };
}
