import ipaddr from 'ipaddr.js';
import { keyOf, presharedKeyOf, type TestDevice, type TestPeer } from './device-text.js';

/** Writes what the kernel answers over netlink, from linux/netlink.h, linux/if_link.h and linux/wireguard.h. */

const NLM_F_MULTI = 2;
export const NLM_F_DUMP_INTR = 0x10;

const u16 = (value: number): Buffer => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number | bigint): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function attribute(type: number, ...values: Buffer[]): Buffer {
  const value = Buffer.concat(values);
  return Buffer.concat([u16(value.length + 4), u16(type), value, Buffer.alloc(-value.length & 3)]);
}

const NESTED = 0x8000;
const nest = (type: number, ...values: Buffer[]): Buffer => attribute(type | NESTED, ...values);

/** A message without its number, which the answer to a request copies from it. */
function message(type: number, flags: number, ...body: Buffer[]): Buffer {
  const payload = Buffer.concat(body);
  return Buffer.concat([u32(16 + payload.length), u16(type), u16(flags), u32(0), u32(4711), payload]);
}

/** The end of a list; a list may also end in an error. */
export const done = (errno = 0): Buffer => message(3, NLM_F_MULTI, u32(-errno));

/** What the kernel answers to what it refuses. */
export const refusal = (errno: number): Buffer => message(2, 0, u32(-errno), Buffer.alloc(16));

export interface TestLink {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
  /** Absent: of no kind, as `lo`. */
  readonly kind?: string;
}

/** An interface in a list. */
export function linkMessage({ name, index, up, kind }: TestLink): Buffer {
  const header = Buffer.concat([u16(0), u16(65534), u32(index), u32(up ? 1 : 0), u32(0)]);
  const info = kind === undefined ? [] : [nest(18, attribute(1, text(kind)), nest(2))];
  return message(16, NLM_F_MULTI, header, attribute(3, text(name)), attribute(4, u32(1420)), ...info);
}

/** The number of a family. */
export function familyMessage(family: number): Buffer {
  return message(16, 0, Buffer.of(1, 2, 0, 0), attribute(2, text('wireguard')), attribute(1, u16(family)));
}

/** How a device is spread over messages. */
export interface Packing {
  /** How many peers a message holds. */
  readonly peers: number;
  /** How many allowed IPs of a peer a message holds. */
  readonly allowedIPs: number;
  /** From which message on the list is marked as changed meanwhile. Default: none. */
  readonly interruptedFrom?: number;
}

/** A device as a list of messages, the end of the list among them. A peer whose allowed IPs do not fit into a message goes on
 *  in the next one. */
export function deviceMessages(family: number, device: TestDevice, packing: Packing): Buffer[] {
  const own = [
    attribute(6, u16(device.listenPort ?? 0)),
    attribute(7, u32(device.firewallMark ?? 0)),
    attribute(1, u32(1)),
    attribute(2, text(device.name)),
    attribute(3, device.privateKey),
    attribute(4, device.publicKey),
  ];
  const lists: Buffer[][] = [[]];
  for (const peer of device.peers) {
    const prefixes = (peer.allowedIPs ?? []).map(encodePrefix);
    if (lists.at(-1)!.length >= packing.peers) lists.push([]);
    const first = nest(9, ...prefixes.splice(0, packing.allowedIPs));
    lists
      .at(-1)!
      .push(nest(0, attribute(1, keyOf(peer.name)), ...encodePeer(peer), ...(first.length > 4 ? [first] : [])));
    while (prefixes.length > 0) {
      const more = nest(9, ...prefixes.splice(0, packing.allowedIPs));
      lists.push([nest(0, attribute(1, keyOf(peer.name)), more)]);
    }
  }
  return lists
    .map((peers, index) => {
      const flags = NLM_F_MULTI | (index >= (packing.interruptedFrom ?? Infinity) ? NLM_F_DUMP_INTR : 0);
      const list = device.peers.length === 0 ? [] : [nest(8, ...peers)];
      return message(family, flags, Buffer.of(0, 1, 0, 0), ...(index === 0 ? own : []), ...list);
    })
    .concat(done());
}

function encodePeer(peer: TestPeer): Buffer[] {
  return [
    attribute(2, presharedKeyOf(peer)),
    attribute(6, u64(peer.handshake ?? 0), u64(0)),
    attribute(5, u16(peer.keepalive ?? 0)),
    attribute(8, u64(peer.transmitBytes ?? 0)),
    attribute(7, u64(peer.receiveBytes ?? 0)),
    attribute(10, u32(1)),
    ...(peer.endpoint === undefined ? [] : [attribute(4, encodeEndpoint(peer.endpoint))]),
  ];
}

/** `192.0.2.1:1`, `[2001:db8::1]:1`, or `[fe80::1%7]:1` with the number of an interface. */
function encodeEndpoint(endpoint: string): Buffer {
  const [, address, scope = '0', port] = /^\[?([^\]%]*?)(?:%(\d+))?\]?:(\d+)$/.exec(endpoint)!;
  const bytes = Buffer.from(ipaddr.parse(address!).toByteArray());
  const networkPort = Buffer.of(Number(port) >> 8, Number(port) & 255);
  return bytes.length === 4
    ? Buffer.concat([u16(2), networkPort, bytes, Buffer.alloc(8)])
    : Buffer.concat([u16(10), networkPort, u32(0), bytes, u32(Number(scope))]);
}

function encodePrefix(prefix: string): Buffer {
  const [address, length] = prefix.split('/') as [string, string];
  const bytes = Buffer.from(ipaddr.parse(address).toByteArray());
  const family = bytes.length === 4 ? 2 : 10;
  return nest(0, attribute(3, Buffer.of(Number(length))), attribute(1, u16(family)), attribute(2, bytes));
}
