import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Device, Peer } from '@wgotel/core';

/** Runs a program of the guest and returns what it prints. */
export function run(...[program, ...args]: [string, ...string[]]): string {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** Runs a program in a network namespace. */
export const within = (netns: string | undefined, ...argv: [string, ...string[]]): string =>
  netns === undefined ? run(...argv) : run('ip', 'netns', 'exec', netns, ...argv);

/** 32 bytes, which are as good for a public as for a private key. */
export const randomKey = (): string => randomBytes(32).toString('base64');

export const publicKeyOf = (privateKey: string): string =>
  execFileSync('wg', ['pubkey'], { input: privateKey, encoding: 'utf8' }).trim();

/** What `wg` reads of a peer, in the order of its configuration. */
export interface PeerSettings {
  readonly publicKey: string;
  readonly presharedKey?: string;
  readonly endpoint?: string;
  readonly keepalive?: number;
  readonly allowedIPs?: readonly string[];
}

/** Makes a device in a namespace, or in the own one, configures it and sets it up. */
export function makeDevice(
  name: string,
  peers: readonly PeerSettings[],
  { netns, own = [] }: { netns?: string; own?: readonly string[] } = {},
): void {
  const lines = ['[Interface]', ...own];
  for (const { publicKey, presharedKey, endpoint, keepalive, allowedIPs = [] } of peers) {
    lines.push('[Peer]', `PublicKey = ${publicKey}`);
    if (presharedKey !== undefined) lines.push(`PresharedKey = ${presharedKey}`);
    if (endpoint !== undefined) lines.push(`Endpoint = ${endpoint}`);
    if (keepalive !== undefined) lines.push(`PersistentKeepalive = ${keepalive}`);
    if (allowedIPs.length > 0) lines.push(`AllowedIPs = ${allowedIPs.join(', ')}`);
  }
  writeFileSync('/tmp/device.conf', `${lines.join('\n')}\n`);
  within(netns, 'ip', 'link', 'add', name, 'type', 'wireguard');
  within(netns, 'wg', 'setconf', name, '/tmp/device.conf');
  within(netns, 'ip', 'link', 'set', name, 'up');
}

/** So many peers that differ in all there is. */
export function manyPeers(count: number): PeerSettings[] {
  return Array.from({ length: count }, (_, i) => ({
    publicKey: randomKey(),
    ...(i % 3 === 0 && { presharedKey: randomKey() }),
    ...(i % 5 !== 0 && {
      endpoint: i % 2 === 0 ? `203.0.113.${i % 250}:${1024 + i}` : `[2001:db8::${i.toString(16)}]:1`,
    }),
    ...(i % 7 === 0 && { keepalive: 25 }),
    allowedIPs: [`10.${128 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}/32`, `fd00:1::${i.toString(16)}/128`],
  }));
}

const orNone = (text: string | undefined): string => text ?? '(none)';

/** What `wg show all dump` says of the devices of a namespace, private and preshared keys apart, by the rules of wg(8). */
export function dumpOf(netns?: string): string[] {
  return within(netns, 'wg', 'show', 'all', 'dump')
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split('\t');
      if (fields.length === 5) fields[1] = '-';
      else fields[2] = fields[2] === '(none)' ? '(none)' : 'preshared';
      return fields.join('\t');
    })
    .toSorted();
}

/** What was read, in the same lines. */
export function linesOf(devices: readonly Device[]): string[] {
  return devices
    .flatMap((device) => [
      [
        device.name,
        '-',
        orNone(device.publicKey),
        device.listenPort ?? 0,
        device.firewallMark === undefined ? 'off' : `0x${device.firewallMark.toString(16)}`,
      ],
      ...device.peers.map((peer) => [device.name, ...lineOf(peer)]),
    ])
    .map((fields) => fields.join('\t'))
    .toSorted();
}

function lineOf(peer: Peer): (string | number)[] {
  return [
    peer.publicKey,
    peer.hasPresharedKey === true ? 'preshared' : '(none)',
    orNone(peer.endpoint),
    peer.allowedIPs.join(',') || '(none)',
    Math.floor((peer.lastHandshakeTime ?? 0) / 1000),
    peer.receiveBytes,
    peer.transmitBytes,
    peer.persistentKeepaliveInterval ?? 'off',
  ];
}
