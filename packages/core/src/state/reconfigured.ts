import type { Device, Peer } from '../model/device.js';

/** Whether somebody set a peer otherwise: not what WireGuard itself changes, such as the endpoint. */
export function isReconfigured(before: Peer, now: Peer): boolean {
  return (
    before !== now &&
    (before.persistentKeepaliveInterval !== now.persistentKeepaliveInterval ||
      // A source that does not ask for it says nothing of it.
      (before.hasPresharedKey ?? now.hasPresharedKey) !== (now.hasPresharedKey ?? before.hasPresharedKey) ||
      (before.allowedIPs !== now.allowedIPs && !sameMembers(before.allowedIPs, now.allowedIPs)))
  );
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  const members = new Set(a);
  return a.length === b.length && b.every((each) => members.has(each));
}

/** Whether somebody set the device itself otherwise. */
export function isDeviceReconfigured(before: Device, now: Device): boolean {
  return (
    before.publicKey !== now.publicKey ||
    before.listenPort !== now.listenPort ||
    before.firewallMark !== now.firewallMark
  );
}
