import type { KeyPair } from './keys.js';
import { NO_PRESHARED_KEY } from './keys.js';

/** What of a peer's text changes from reply to reply. */
export interface PeerState {
  /** `IP:port`; undefined if not known. */
  readonly endpoint: string | undefined;
  /** In ms since the epoch; 0 before the first handshake. */
  readonly handshakeTime: number;
  readonly txBytes: number;
  readonly rxBytes: number;
}

/** A peer as a reply is made of: constant bytes around the changing lines. */
export interface PeerEntry {
  readonly head: Buffer;
  readonly tail: Buffer;
  /** Returns the state at a time in ms since the epoch. */
  state(now: number): PeerState;
}

/** The lines of a reply that belong to the device. */
export interface DeviceHeader {
  readonly keys: KeyPair;
  readonly listenPort: number;
  /** 0 if not set. */
  readonly fwmark: number;
}

const SLICE_BYTES = 128 * 1024;

// The changing lines of one peer: numbers of at most 16 digits and an endpoint with a scoped IPv6 address.
const MAX_STATE_BYTES = 512;

/** Renders the constant lines before a peer's state. WireGuard prints 64 zeros where no preshared key is set. */
export function peerHead(publicKey: Buffer, presharedKey: Buffer | undefined): Buffer {
  const preshared = (presharedKey ?? NO_PRESHARED_KEY).toString('hex');
  return Buffer.from(`public_key=${publicKey.toString('hex')}\npreshared_key=${preshared}\nprotocol_version=1\n`);
}

/** Renders the constant lines after a peer's state. `persistentKeepalive` is in seconds, 0 is off. */
export function peerTail(persistentKeepalive: number, allowedIPs: readonly string[]): Buffer {
  const lines = allowedIPs.map((prefix) => `allowed_ip=${prefix}\n`).join('');
  return Buffer.from(`persistent_keepalive_interval=${persistentKeepalive}\n${lines}`);
}

/**
 * Renders the answer to `get=1` in slices, in the line order of wireguard-go's `IpcGetOperation`
 * (https://www.wireguard.com/xplatform/). `order` holds the index of each peer in the sequence wanted.
 */
export function* renderReply(
  header: DeviceHeader,
  peers: readonly PeerEntry[],
  order: Uint32Array,
  now: number,
): Generator<Buffer, void, undefined> {
  yield Buffer.from(renderHeader(header));
  let slice = Buffer.allocUnsafe(SLICE_BYTES);
  let length = 0;
  for (const index of order) {
    const peer = peers[index] as PeerEntry;
    const needed = peer.head.length + MAX_STATE_BYTES + peer.tail.length;
    if (length + needed > slice.length) {
      yield slice.subarray(0, length);
      slice = Buffer.allocUnsafe(Math.max(SLICE_BYTES, needed));
      length = 0;
    }
    slice.set(peer.head, length);
    length += peer.head.length;
    length += slice.write(renderState(peer.state(now)), length, 'latin1');
    slice.set(peer.tail, length);
    length += peer.tail.length;
  }
  yield slice.subarray(0, length);
  yield Buffer.from('errno=0\n\n');
}

function renderHeader({ keys, listenPort, fwmark }: DeviceHeader): string {
  const mark = fwmark === 0 ? '' : `fwmark=${fwmark}\n`;
  return `private_key=${keys.privateKey.toString('hex')}\nlisten_port=${listenPort}\n${mark}`;
}

function renderState({ endpoint, handshakeTime, txBytes, rxBytes }: PeerState): string {
  const seconds = Math.floor(handshakeTime / 1000);
  const nanoseconds = Math.floor((handshakeTime - seconds * 1000) * 1e6);
  const where = endpoint === undefined ? '' : `endpoint=${endpoint}\n`;
  return (
    `${where}last_handshake_time_sec=${seconds}\nlast_handshake_time_nsec=${nanoseconds}\n` +
    `tx_bytes=${txBytes}\nrx_bytes=${rxBytes}\n`
  );
}
