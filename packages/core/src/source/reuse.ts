import type { Device } from '../model/device.js';
import type { Reading } from '../model/snapshot.js';

/** Gives the device of the previous reading back if nothing about it changed, peers and their order included. */
export function reuseDevice(device: Device, previous: Reading | undefined): Device {
  const before = previous?.devices.find(({ name, netns }) => name === device.name && netns === device.netns);
  if (before === undefined) return device;
  const same = (Object.keys(device) as (keyof Device)[]).every(
    (key) => device[key] === before[key] || (key === 'peers' && samePeers(device, before)),
  );
  return same ? before : device;
}

function samePeers(a: Device, b: Device): boolean {
  return a.peers.length === b.peers.length && a.peers.every((peer, index) => peer === b.peers[index]);
}
