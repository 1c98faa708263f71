import { WireGuardError } from '../../errors.js';
import type { Device, Peer } from '../../model/device.js';
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
  let document: unknown;
  try {
    document = JSON.parse(content);
  } catch {
    throw malformed('the file', 'JSON');
  }
  const { version, takenAt, devices } = map(document, 'the file');
  const written = number(version, 'version');
  if (written !== RECORDING_VERSION) {
    const known = `this program reads version ${RECORDING_VERSION}`;
    throw new WireGuardError('PROTOCOL', `the recording is of version ${written}, and ${known}`);
  }
  const time = number(takenAt, 'takenAt');
  const list = array(devices, 'devices', 10_000);
  return { takenAt: time, devices: list.map((device, index) => toDevice(device, `devices[${index}]`)) };
}

const KEY = /^[A-Za-z0-9+/]{43}=$/;
const NAME = /^[\x21-\x7e]{1,64}$/;
const ENDPOINT = /^(?:[0-9.]{7,15}|\[[0-9a-f:.]{2,45}(?:%[\w.-]{1,16})?\]):\d{1,5}$/;
const PREFIX = /^(?:[0-9.]{7,15}\/\d{1,2}|[0-9a-f:.]{2,45}\/\d{1,3})$/;

function toDevice(value: unknown, at: string): Device {
  const device = map(value, at);
  const peers = array(device['peers'], `${at}.peers`, 1 << 20);
  if (device['type'] !== 'kernel' && device['type'] !== 'userspace')
    throw malformed(`${at}.type`, 'kernel or userspace');
  return {
    name: text(device['name'], `${at}.name`, NAME),
    type: device['type'],
    netns: optional(device['netns'], (netns) => text(netns, `${at}.netns`, /^[\x21-\x7e]{1,255}$/)),
    source: text(device['source'], `${at}.source`, NAME),
    publicKey: optional(device['publicKey'], (key) => text(key, `${at}.publicKey`, KEY)),
    listenPort: optional(device['listenPort'], (port) => number(port, `${at}.listenPort`)),
    firewallMark: optional(device['firewallMark'], (mark) => number(mark, `${at}.firewallMark`)),
    peers: peers.map((peer, index) => toPeer(peer, `${at}.peers[${index}]`)),
    up: optional(device['up'], (up) => boolean(up, `${at}.up`)),
    countingSince: optional(device['countingSince'], (since) => number(since, `${at}.countingSince`)),
    incarnation: optional(device['incarnation'], (word) => text(word, `${at}.incarnation`, /^[\x21-\x7e]{1,255}$/)),
    standardMessages: boolean(device['standardMessages'], `${at}.standardMessages`),
  };
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

function malformed(at: string, expected: string): WireGuardError {
  return new WireGuardError('PROTOCOL', `the recording is damaged: expected ${at} to be ${expected}`);
}

function map(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw malformed(at, 'a map');
}

function array(value: unknown, at: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw malformed(at, `a list of ${most} at most`);
}

function text(value: unknown, at: string, form: RegExp): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw malformed(at, 'a text of the right form');
}

function number(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw malformed(at, 'a number of 0 or more');
}

function boolean(value: unknown, at: string): boolean {
  if (typeof value === 'boolean') return value;
  throw malformed(at, 'true or false');
}

function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}
