import type { Device, Peer } from '../model/device.js';
import type { ExpectedDevice, ExpectedPeer } from '../model/expected-device.js';
import type { DeviceField, PeerField } from './change.js';

/** One way in which a device is not as it was meant to be. */
export type Difference =
  | { readonly field: Exclude<DeviceField, 'public_key'>; readonly publicKey: undefined }
  | { readonly field: PeerField | 'peer_missing' | 'peer_unexpected'; readonly publicKey: string };

/** Compares a device with what it was meant to be. Endpoints are left out: WireGuard changes them by itself. */
export function differencesOf(device: Device, expected: ExpectedDevice): Difference[] {
  const found: Difference[] = [];
  const { listenPort, firewallMark } = expected;
  if (listenPort !== undefined && listenPort !== device.listenPort) {
    found.push({ field: 'listen_port', publicKey: undefined });
  }
  if (firewallMark !== undefined && firewallMark !== (device.firewallMark ?? 0)) {
    found.push({ field: 'firewall_mark', publicKey: undefined });
  }
  const peers = new Map(device.peers.map((peer) => [peer.publicKey, peer]));
  for (const wanted of expected.peers) {
    const { publicKey } = wanted;
    const peer = peers.get(publicKey);
    peers.delete(publicKey);
    const fields = peer === undefined ? (['peer_missing'] as const) : fieldsThatDiffer(peer, wanted);
    found.push(...fields.map((field) => ({ field, publicKey })));
  }
  for (const publicKey of peers.keys()) found.push({ field: 'peer_unexpected', publicKey });
  return found;
}

function fieldsThatDiffer(peer: Peer, wanted: ExpectedPeer): PeerField[] {
  const fields: PeerField[] = [];
  const prefixes = new Set(wanted.allowedIPs);
  if (peer.allowedIPs.length !== prefixes.size || !peer.allowedIPs.every((each) => prefixes.has(each))) {
    fields.push('allowed_ips');
  }
  if ((peer.persistentKeepaliveInterval ?? 0) !== wanted.persistentKeepaliveInterval) {
    fields.push('persistent_keepalive');
  }
  // A source that does not ask for it says nothing of it.
  if ((peer.hasPresharedKey ?? wanted.hasPresharedKey) !== wanted.hasPresharedKey) fields.push('preshared_key');
  return fields;
}
