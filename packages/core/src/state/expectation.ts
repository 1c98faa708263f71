import type { Peer } from '../model/device.js';
import type { Expectation } from './frame.js';

/** Guesses what is expected of a peer from how it is set up: keepalives of ours are sent to what should always be there,
 *  a network behind a peer makes it a site, and a single address is a client's. */
export function expectationOf(peer: Peer): Expectation {
  if (peer.persistentKeepaliveInterval !== undefined) return 'always';
  return peer.allowedIPs.every(isHostRoute) ? 'on_demand' : 'site';
}

function isHostRoute(prefix: string): boolean {
  return prefix.endsWith(prefix.includes(':') ? '/128' : '/32');
}
