import type { DeviceView, Frame, PeerView } from '@wgotel/core';

/** What `once --format json` prints, described by `docs/schema/once.schema.json`: everything read but private and
 *  preshared keys, with each peer's id, name and state. Absent values are left out. */
export function renderJson({ time, devices, failures }: Frame): string {
  return `${JSON.stringify({ takenAt: isoTime(time), devices: devices.map(toDevice), failures }, undefined, 2)}\n`;
}

function toDevice({ device, peers }: DeviceView): object {
  const { name, netns, type, source, publicKey, listenPort, firewallMark, up } = device;
  return { name, netns, type, source, publicKey, listenPort, firewallMark, up, peers: peers.map(toPeer) };
}

function toPeer({ peer, series, state }: PeerView): object {
  return {
    ...peer,
    lastHandshakeTime: isoTime(peer.lastHandshakeTime),
    receiveBytes: toCounter(peer.receiveBytes),
    transmitBytes: toCounter(peer.transmitBytes),
    id: series.peerId,
    name: series.peerName,
    state,
  };
}

/** Absent for what no `Date` can hold. */
function isoTime(millis: number | undefined): string | undefined {
  if (millis === undefined || Math.abs(millis) > 8.64e15) return undefined;
  return new Date(millis).toISOString();
}

/** Above 2^53 as decimal text, as many readers of JSON would go wrong there. */
function toCounter(value: number): number | string {
  return Number.isSafeInteger(value) ? value : BigInt(value).toString();
}
