import { createHash } from 'node:crypto';

/** What a test says of a peer; keys are made from the name. */
export interface TestPeer {
  readonly name: string;
  readonly secret?: boolean;
  readonly endpoint?: string;
  readonly allowedIPs?: readonly string[];
  /** Seconds since the epoch, as `wg` knows no better. */
  readonly handshake?: number;
  readonly receiveBytes?: number;
  readonly transmitBytes?: number;
  readonly keepalive?: number;
}

export interface TestDevice {
  readonly name: string;
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
  readonly listenPort?: number;
  readonly firewallMark?: number;
  readonly peers: readonly TestPeer[];
}

/** The public key that a peer of this name has. */
export const keyOf = (name: string): Buffer => createHash('sha256').update(name).digest();
/** Its preshared key; zeros: it has none. */
export const presharedKeyOf = (peer: TestPeer): Buffer =>
  peer.secret ? keyOf(`preshared ${peer.name}`) : Buffer.alloc(32);

/** The base64 key that a peer of this name has. */
export const publicKeyOf = (name: string): string => keyOf(name).toString('base64');

/** The private and preshared keys of a device, in hex. */
export function secretKeysOf({ privateKey, peers }: TestDevice): string[] {
  const preshared = peers.filter(({ secret }) => secret).map(presharedKeyOf);
  return [privateKey, ...preshared].map((key) => key.toString('hex'));
}

/** Writes a device as the reply to `get=1`. */
export function toReply(device: TestDevice): Buffer {
  const lines = [`private_key=${device.privateKey.toString('hex')}`, `listen_port=${device.listenPort ?? 0}`];
  if (device.firewallMark !== undefined) lines.push(`fwmark=${device.firewallMark}`);
  for (const peer of device.peers) {
    lines.push(`public_key=${keyOf(peer.name).toString('hex')}`);
    lines.push(`preshared_key=${presharedKeyOf(peer).toString('hex')}`, 'protocol_version=1');
    if (peer.endpoint !== undefined) lines.push(`endpoint=${peer.endpoint}`);
    lines.push(`last_handshake_time_sec=${peer.handshake ?? 0}`, 'last_handshake_time_nsec=0');
    lines.push(`tx_bytes=${peer.transmitBytes ?? 0}`, `rx_bytes=${peer.receiveBytes ?? 0}`);
    lines.push(`persistent_keepalive_interval=${peer.keepalive ?? 0}`);
    for (const prefix of peer.allowedIPs ?? []) lines.push(`allowed_ip=${prefix}`);
  }
  return Buffer.from(`${lines.join('\n')}\nerrno=0\n\n`);
}

/** Writes a device as its lines in `wg show all dump`. */
export function toDump(device: TestDevice): string {
  const { name, privateKey, publicKey, listenPort = 0, firewallMark } = device;
  const mark = firewallMark === undefined ? 'off' : `0x${firewallMark.toString(16)}`;
  const lines = [[name, privateKey.toString('base64'), publicKey.toString('base64'), listenPort, mark]];
  for (const peer of device.peers) {
    lines.push([
      name,
      publicKeyOf(peer.name),
      peer.secret ? presharedKeyOf(peer).toString('base64') : '(none)',
      peer.endpoint ?? '(none)',
      peer.allowedIPs?.join(',') || '(none)',
      peer.handshake ?? 0,
      peer.receiveBytes ?? 0,
      peer.transmitBytes ?? 0,
      peer.keepalive ?? 'off',
    ]);
  }
  return lines.map((columns) => `${columns.join('\t')}\n`).join('');
}

const DEVICE_COLUMNS = { 'private-key': [1], 'public-key': [2], 'listen-port': [3], fwmark: [4] };
const PEER_COLUMNS = {
  'preshared-keys': [2],
  endpoints: [3],
  'allowed-ips': [4],
  'latest-handshakes': [5],
  transfer: [6, 7],
  'persistent-keepalive': [8],
};

/** What \`wg show all QUESTION\` says of what a dump has, by question. */
export function toAnswers(dump: string): Record<string, string> {
  const rows = dump.split('\n').map((line) => line.split('\t'));
  const answer = (columns: number[], width: number, who: number): string =>
    rows
      .filter((row) => row.length === width)
      .map((row) => [...row.slice(0, who), ...columns.map((column) => row[column]!.replaceAll(',', ' '))].join('\t'))
      .map((line) => `${line}\n`)
      .join('');
  return Object.fromEntries([
    ...Object.entries(DEVICE_COLUMNS).map(([question, columns]) => [question, answer(columns, 5, 1)]),
    ...Object.entries(PEER_COLUMNS).map(([question, columns]) => [question, answer(columns, 9, 2)]),
  ]) as Record<string, string>;
}
