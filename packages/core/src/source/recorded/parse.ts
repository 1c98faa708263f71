import { WireGuardError } from '../../errors.js';
import type { Device, Peer } from '../../model/device.js';
import { array, boolean, deviceOf, json, KEY, map, number, optional, text } from '../given.js';
import { RECORDING_VERSION } from './record.js';

/** What a recording holds. */
export interface Recording {
  readonly takenAt: number;
  readonly devices: readonly Device[];
}

/** Parses a file that `recordingOf` wrote, and takes nothing over unchecked.
 *
 *  @throws {WireGuardError} `PROTOCOL`, with the place and without what stands there */
export function parseRecording(content: string): Recording {
  const { version, takenAt, devices } = undamaged(() => json(content, 'the file'));
  const written = undamaged(() => number(version, 'version'));
  if (written !== RECORDING_VERSION) {
    const known = `this program reads version ${RECORDING_VERSION}`;
    throw new WireGuardError('PROTOCOL', `the recording is of version ${written}, and ${known}`);
  }
  return undamaged(() => {
    const time = number(takenAt, 'takenAt');
    const list = array(devices, 'devices', 10_000);
    return { takenAt: time, devices: list.map((device, index) => toDevice(device, `devices[${index}]`)) };
  });
}

function undamaged<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new WireGuardError('PROTOCOL', `the recording is damaged: ${(error as Error).message}`, { cause: error });
  }
}

const ENDPOINT = /^(?:[0-9.]{7,15}|\[[0-9a-f:.]{2,45}(?:%[\w.-]{1,16})?\]):\d{1,5}$/;
const PREFIX = /^(?:[0-9.]{7,15}\/\d{1,2}|[0-9a-f:.]{2,45}\/\d{1,3})$/;

function toDevice(value: unknown, at: string): Device {
  const peers = array(map(value, at)['peers'], `${at}.peers`, 1 << 20);
  return { ...deviceOf(value, at), peers: peers.map((peer, index) => toPeer(peer, `${at}.peers[${index}]`)) };
}

function toPeer(value: unknown, at: string): Peer {
  const peer = map(value, at);
  const prefixes = array(peer['allowedIPs'], `${at}.allowedIPs`, 1 << 16);
  return {
    publicKey: text(peer['publicKey'], `${at}.publicKey`, KEY),
    hasPresharedKey: optional(peer['hasPresharedKey'], (has) => boolean(has, `${at}.hasPresharedKey`)),
    endpoint: optional(peer['endpoint'], (endpoint) => text(endpoint, `${at}.endpoint`, ENDPOINT)),
    allowedIPs: prefixes.map((prefix, index) => text(prefix, `${at}.allowedIPs[${index}]`, PREFIX)),
    lastHandshakeTime: optional(peer['lastHandshakeTime'], (time) => number(time, `${at}.lastHandshakeTime`)),
    receiveBytes: number(peer['receiveBytes'], `${at}.receiveBytes`),
    transmitBytes: number(peer['transmitBytes'], `${at}.transmitBytes`),
    persistentKeepaliveInterval: optional(peer['persistentKeepaliveInterval'], (keepalive) =>
      number(keepalive, `${at}.persistentKeepaliveInterval`),
    ),
  };
}
