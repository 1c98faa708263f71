import type { Device, Peer } from '../model/device.js';
import type { DeviceField, PeerField } from './change.js';

const NONE: readonly never[] = [];

/** What somebody set otherwise of a peer: not what WireGuard itself changes, such as the endpoint. */
export function peerFields(before: Peer, now: Peer): readonly PeerField[] {
  if (before === now) return NONE;
  const keepalive = before.persistentKeepaliveInterval !== now.persistentKeepaliveInterval;
  // A source that does not ask for it says nothing of it.
  const preshared = (before.hasPresharedKey ?? now.hasPresharedKey) !== (now.hasPresharedKey ?? before.hasPresharedKey);
  const addresses = before.allowedIPs !== now.allowedIPs && !sameMembers(before.allowedIPs, now.allowedIPs);
  if (!keepalive && !preshared && !addresses) return NONE;
  const fields: PeerField[] = [];
  if (addresses) fields.push('allowed_ips');
  if (keepalive) fields.push('persistent_keepalive');
  if (preshared) fields.push('preshared_key');
  return fields;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  const members = new Set(a);
  return a.length === b.length && b.every((each) => members.has(each));
}

/** What somebody set otherwise of the device itself.
 *
 *  @param before `undefined`: it was not there */
export function deviceFields(before: Device | undefined, now: Device): readonly DeviceField[] {
  if (before === undefined) return NONE;
  const fields: DeviceField[] = [];
  if (before.publicKey !== now.publicKey) fields.push('public_key');
  if (before.listenPort !== now.listenPort) fields.push('listen_port');
  if (before.firewallMark !== now.firewallMark) fields.push('firewall_mark');
  return fields;
}
