import type { TunnelView } from './tunnel.js';

/** Returns the earlier view if the later one says the same, so that what did not change keeps its identity. */
export function keptTunnel(before: TunnelView | undefined, now: TunnelView): TunnelView {
  return before !== undefined && isSame(before, now) ? before : now;
}

function isSame(a: TunnelView, b: TunnelView): boolean {
  return (
    a.interface === b.interface &&
    a.netns === b.netns &&
    a.peerId === b.peerId &&
    a.name === b.name &&
    a.tunnelId === b.tunnelId &&
    a.state === b.state &&
    a.handshakeTime === b.handshakeTime &&
    a.rtt === b.rtt &&
    a.session?.traceId === b.session?.traceId &&
    a.session?.spanId === b.session?.spanId &&
    (a.allowedIPs === b.allowedIPs ||
      (a.allowedIPs.length === b.allowedIPs.length && a.allowedIPs.every((prefix, at) => prefix === b.allowedIPs[at])))
  );
}
