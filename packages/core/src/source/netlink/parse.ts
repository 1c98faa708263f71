import { WireGuardError } from '../../errors.js';
import type { Peer } from '../../model/device.js';
import { startsWith } from '../bytes.js';
import { PeerTable } from '../peer-table.js';
import { AddressText, type NameOf } from './address-text.js';
import { eachAttribute, malformed, sized, u16, u32, u64, type TakeAttribute } from './attribute.js';
import { GENERIC_HEADER } from './family.js';

/** What the kernel says of a device. */
export interface KernelDevice {
  readonly publicKey: string | undefined;
  readonly listenPort: number | undefined;
  readonly firewallMark: number | undefined;
  readonly peers: readonly Peer[];
}

const KEY_BYTES = 32;

const DEVICE = { PUBLIC_KEY: 4, LISTEN_PORT: 6, FWMARK: 7, PEERS: 8 } as const;
const PEER = {
  PUBLIC_KEY: 1,
  PRESHARED_KEY: 2,
  ENDPOINT: 4,
  KEEPALIVE: 5,
  LAST_HANDSHAKE: 6,
  RX_BYTES: 7,
  TX_BYTES: 8,
  ALLOWED_IPS: 9,
} as const;
const ALLOWED_IP = { ADDRESS: 2, LENGTH: 3 } as const;

/** Parses what the kernel answers to `WG_CMD_GET_DEVICE`, message by message. The first one has what is the device's own;
 *  all have peers. A peer whose allowed IPs do not fit into a message goes on in the next one, with its key and more of
 *  them. The private key is passed over unread, and of a preshared key only whether it is there is kept; so are attributes
 *  that are not known.
 *  Source: linux/wireguard.h. */
export class NetlinkParser {
  readonly #peers = new PeerTable();
  readonly #text = new AddressText();
  #nameOf: NameOf = () => undefined;
  #isFirst = true;
  #publicKey: string | undefined;
  #listenPort = 0;
  #firewallMark = 0;
  // Of the message being read: whether it has peers, and whether none of them was read yet.
  #hasPeers = false;
  #isFirstPeer = true;
  // Of the peer being read: whether its key was seen, whether that is the last one of the message before, and whether it has
  // allowed IPs.
  #hasKey = false;
  #goesOn = false;
  #hasAllowedIPs = false;
  // Of the allowed IP being read: where its address lies, and the length of its prefix.
  #address = 0;
  #addressEnd = 0;
  #prefixLength = 0;

  /** Begins a reading. One parser serves a device for good, as it keeps the peers.
   *
   *  @param now wall clock, milliseconds since the epoch
   *  @param nameOf of the interface that an address belongs to */
  begin(now: number, nameOf: NameOf): void {
    this.#peers.begin(now);
    this.#nameOf = nameOf;
    this.#isFirst = true;
    this.#publicKey = undefined;
    this.#listenPort = 0;
    this.#firewallMark = 0;
  }

  /** What was read, once the answer is at its end. */
  end(): KernelDevice {
    return {
      publicKey: this.#publicKey,
      listenPort: this.#listenPort || undefined,
      firewallMark: this.#firewallMark || undefined,
      peers: this.#peers.end(),
    };
  }

  /** Takes one message, without its netlink header.
   *
   *  @throws {WireGuardError} `PROTOCOL`; `READ_FAILED` if the kernel broke the list off since it was changed */
  parse(bytes: Buffer, start: number, end: number): void {
    this.#hasPeers = false;
    this.#isFirstPeer = true;
    eachAttribute(bytes, start + GENERIC_HEADER, end, this.#takeOfDevice);
    if (!this.#hasPeers && !this.#isFirst) {
      throw new WireGuardError('READ_FAILED', 'the peer with which its list would have gone on was just removed');
    }
    this.#isFirst = false;
  }

  readonly #takeOfDevice: TakeAttribute = (type, bytes, start, end) => {
    switch (type) {
      case DEVICE.PUBLIC_KEY:
        sized(start, end, KEY_BYTES);
        this.#publicKey = bytes.toString('base64', start, start + KEY_BYTES);
        return;
      case DEVICE.LISTEN_PORT:
        this.#listenPort = u16(bytes, sized(start, end, 2));
        return;
      case DEVICE.FWMARK:
        this.#firewallMark = u32(bytes, sized(start, end, 4));
        return;
      case DEVICE.PEERS:
        this.#hasPeers = true;
        eachAttribute(bytes, start, end, this.#takePeer);
        return;
      default:
    }
  };

  readonly #takePeer: TakeAttribute = (_, bytes, start, end) => {
    this.#hasKey = false;
    this.#goesOn = false;
    this.#hasAllowedIPs = false;
    eachAttribute(bytes, start, end, this.#takeOfPeer);
    if (!this.#hasKey) throw malformed('the public key of a peer');
    // Some allowed IPs of the device were changed meanwhile, so the kernel does not give the rest of these.
    if (this.#goesOn && !this.#hasAllowedIPs) this.#peers.restOfAllowedIPsIsAsBefore();
    this.#isFirstPeer = false;
  };

  readonly #takeOfPeer: TakeAttribute = (type, bytes, start, end) => {
    const peers = this.#peers;
    if (!this.#hasKey && type !== PEER.PUBLIC_KEY) throw malformed('the public key of a peer before what else it has');
    switch (type) {
      case PEER.PUBLIC_KEY:
        sized(start, end, KEY_BYTES);
        this.#hasKey = true;
        this.#goesOn = this.#isFirstPeer && !this.#isFirst && peers.isOpen && startsWith(bytes, start, peers.key);
        if (this.#goesOn) return;
        for (let i = 0; i < KEY_BYTES; i++) peers.key[i] = bytes[start + i]!;
        // Removed and added again meanwhile, or nonsense.
        if (!peers.open()) throw malformed('a peer not listed before');
        return;
      case PEER.PRESHARED_KEY:
        peers.hasPresharedKey = !allZeros(bytes, start, end);
        return;
      case PEER.ENDPOINT:
        this.#text.endpoint(bytes, start, end, this.#nameOf);
        peers.endpoint(this.#text.bytes, 0, this.#text.end);
        return;
      case PEER.KEEPALIVE:
        peers.persistentKeepaliveInterval = u16(bytes, sized(start, end, 2));
        return;
      case PEER.LAST_HANDSHAKE:
        sized(start, end, 16);
        peers.handshakeSeconds = u64(bytes, start);
        peers.handshakeNanoseconds = u64(bytes, start + 8);
        return;
      case PEER.RX_BYTES:
        peers.receiveBytes = u64(bytes, sized(start, end, 8));
        return;
      case PEER.TX_BYTES:
        peers.transmitBytes = u64(bytes, sized(start, end, 8));
        return;
      case PEER.ALLOWED_IPS:
        this.#hasAllowedIPs = true;
        eachAttribute(bytes, start, end, this.#takeAllowedIP);
        return;
      default:
    }
  };

  readonly #takeAllowedIP: TakeAttribute = (_, bytes, start, end) => {
    this.#addressEnd = this.#address = start;
    this.#prefixLength = 0;
    eachAttribute(bytes, start, end, this.#takeOfAllowedIP);
    this.#text.prefix(bytes, this.#address, this.#addressEnd, this.#prefixLength);
    this.#peers.allowedIP(this.#text.bytes, 0, this.#text.end);
  };

  readonly #takeOfAllowedIP: TakeAttribute = (type, bytes, start, end) => {
    if (type === ALLOWED_IP.ADDRESS) {
      this.#address = start;
      this.#addressEnd = end;
    } else if (type === ALLOWED_IP.LENGTH) {
      this.#prefixLength = bytes[sized(start, end, 1)]!;
    }
  };
}

function allZeros(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
