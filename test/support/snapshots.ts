import { createHash } from 'node:crypto';
import type { Device, Frame, Peer, Snapshot, Tracker } from '@wgotel/core';
import { runAtOnce } from '@wgotel/core';

/** A valid-looking public key for a label. */
export function keyOf(label: string): string {
  return createHash('sha256').update(label).digest('base64');
}

/** A peer of no particular interest, but for what is given. */
export function peer(label: string, fields: Partial<Peer> = {}): Peer {
  return {
    publicKey: keyOf(label),
    hasPresharedKey: false,
    endpoint: '192.0.2.1:51820',
    allowedIPs: ['10.9.0.2/32'],
    lastHandshakeTime: undefined,
    receiveBytes: 0,
    transmitBytes: 0,
    persistentKeepaliveInterval: undefined,
    ...fields,
  };
}

export function device(peers: readonly Peer[], fields: Partial<Device> = {}): Device {
  return {
    name: 'wg0',
    type: 'userspace',
    source: 'test',
    publicKey: keyOf('device'),
    listenPort: 51820,
    firewallMark: undefined,
    peers,
    up: undefined,
    countingSince: undefined,
    netns: undefined,
    incarnation: '1',
    standardMessages: true,
    ...fields,
  };
}

/** When simulated time begins, in milliseconds since the epoch. */
export const EPOCH = 1_795_000_000_000;

/** A snapshot `seconds` after {@link EPOCH}. */
export function snapshot(seconds: number, devices: readonly Device[], fields: Partial<Snapshot> = {}): Snapshot {
  return {
    takenAt: EPOCH + seconds * 1000,
    monotonicTime: 1_000_000 + seconds * 1000,
    devices,
    failures: [],
    notes: [],
    ...fields,
  };
}

export function advance(tracker: Tracker, next: Snapshot): Frame {
  return runAtOnce(tracker.advance(next));
}
