import { WireGuardError } from '../../errors.js';
import { decimal, hexKey, startsWith } from '../bytes.js';
import type { Peer } from '../../model/device.js';
import { PeerTable } from '../peer-table.js';
import { DeviceKey } from './device-key.js';

/** What a reply says of the device itself. */
export interface UapiDevice {
  publicKey: string | undefined;
  listenPort: number | undefined;
  firewallMark: number | undefined;
}

const NOTHING: UapiDevice = { publicKey: undefined, listenPort: undefined, firewallMark: undefined };

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const PRIVATE_KEY = ascii('private_key=');
const LISTEN_PORT = ascii('listen_port=');
const FWMARK = ascii('fwmark=');
const PUBLIC_KEY = ascii('public_key=');
const PRESHARED_KEY = ascii('preshared_key=');
const ENDPOINT = ascii('endpoint=');
const HANDSHAKE_SEC = ascii('last_handshake_time_sec=');
const HANDSHAKE_NSEC = ascii('last_handshake_time_nsec=');
const TX_BYTES = ascii('tx_bytes=');
const RX_BYTES = ascii('rx_bytes=');
const KEEPALIVE = ascii('persistent_keepalive_interval=');
const ALLOWED_IP = ascii('allowed_ip=');
const ERRNO = ascii('errno=');
const NEWLINE = 10;

/** So many digits a double holds, whatever they are. */
const EXACT_DIGITS = 15;

/** Parses the reply to `get=1`, as bytes and in pieces of whole lines:
 *
 *  ```
 *  private_key=e84b5a6d2717c1003a13b431570353dbaca9146cf150c5f8575680feba52027a
 *  listen_port=12912
 *  public_key=b85996fecc9c7f1fc6d2572a76eda11d59bcd20be8e543b15ce4bd85a8e75a33
 *  preshared_key=188515093e952f5f22e865cef3012e72f8b5f0b598ac0309d5dacce3b70fcf52
 *  endpoint=[abcd:23::33%2]:51820
 *  last_handshake_time_sec=1795295123
 *  tx_bytes=712
 *  allowed_ip=192.168.4.4/32
 *  errno=0
 *  (an empty line)
 *  ```
 *
 *  Unknown keys are passed over unread; of AmneziaWG's, only whether they obfuscate anything is kept. The private key is turned into the public one at once; of a preshared key only
 *  whether it is there is kept.
 *  Source: https://www.wireguard.com/xplatform/#cross-platform-userspace-implementation */
export class UapiParser {
  /** Whether the empty line after `errno` was seen. */
  done = false;
  readonly #peers = new PeerTable();
  readonly #key = new DeviceKey();
  #device: UapiDevice = { ...NOTHING };
  #line = 0;
  /** Where the line being read ends, or how far it was looked through. */
  #end = 0;
  #errno: number | undefined;
  #obfuscated = false;

  /** Begins a reply. One parser serves a device for good: it keeps the peers, and code that V8 has compiled for it. */
  begin(now: number): void {
    this.done = false;
    this.#obfuscated = false;
    this.#device = { ...NOTHING };
    this.#line = 0;
    this.#errno = undefined;
    this.#peers.begin(now);
  }

  /** What the reply said, once it is {@link done}. */
  end(): UapiDevice & { peers: Peer[]; standardMessages: boolean } {
    const peers = this.#peers.end();
    return { ...this.#device, peers, standardMessages: !this.#obfuscated && !this.#peers.givesAges };
  }

  /** Takes `bytes[0, end)`, whole lines all of them. */
  parse(bytes: Buffer, end: number): void {
    for (let start = 0; start < end && !this.done; start = this.#end + 1) {
      this.#line++;
      this.#end = start;
      if (bytes[start] === NEWLINE) this.#finish();
      else this.#parseLine(bytes, start);
      // Of a key that nobody knows, nothing was looked at yet.
      this.#goToEnd(bytes);
    }
  }

  #parseLine(bytes: Buffer, start: number): void {
    const peers = this.#peers;
    // The first byte, or the first two, single out the key; the rest of it is checked, as keys may be added.
    switch (bytes[start]) {
      case 112: // p
        if (this.#is(bytes, start, PUBLIC_KEY)) {
          if (!this.#hexKey(bytes, peers.key)) throw this.#malformed('public_key', '64 hex digits');
          if (!peers.open()) throw this.#malformed('public_key', 'that of a peer not listed before');
        } else if (this.#is(bytes, start, KEEPALIVE)) {
          peers.persistentKeepaliveInterval = this.#number(bytes, KEEPALIVE);
        } else if (this.#is(bytes, start, PRESHARED_KEY)) {
          peers.hasPresharedKey = !this.#isZeros(bytes);
        } else if (this.#is(bytes, start, PRIVATE_KEY)) {
          this.#goToEnd(bytes);
          this.#device.publicKey = this.#key.publicOf(bytes, start + PRIVATE_KEY.length, this.#end);
          if (this.#device.publicKey === undefined) throw this.#malformed('private_key', '64 hex digits');
        }
        return;
      case 104: // h
      case 106: // j
      case 115: // s
        this.#goToEnd(bytes);
        this.#obfuscated ||= obfuscates(bytes.toString('latin1', start, Math.min(this.#end, start + 16)));
        return;
      case 97: // a
        if (this.#is(bytes, start, ALLOWED_IP) && this.#inPeer('allowed_ip')) {
          this.#goToEnd(bytes);
          peers.allowedIP(bytes, start + ALLOWED_IP.length, this.#end);
        }
        return;
      case 116: // t
        if (this.#is(bytes, start, TX_BYTES)) peers.transmitBytes = this.#number(bytes, TX_BYTES);
        return;
      case 114: // r
        if (this.#is(bytes, start, RX_BYTES)) peers.receiveBytes = this.#number(bytes, RX_BYTES);
        return;
      case 108: // l
        if (this.#is(bytes, start, HANDSHAKE_SEC)) {
          peers.handshakeSeconds = this.#number(bytes, HANDSHAKE_SEC);
        } else if (this.#is(bytes, start, HANDSHAKE_NSEC)) {
          peers.handshakeNanoseconds = this.#number(bytes, HANDSHAKE_NSEC);
        } else if (this.#is(bytes, start, LISTEN_PORT)) {
          this.#device.listenPort = this.#number(bytes, LISTEN_PORT) || undefined;
        }
        return;
      case 101: // e
        if (this.#is(bytes, start, ENDPOINT) && this.#inPeer('endpoint')) {
          this.#goToEnd(bytes);
          peers.endpoint(bytes, start + ENDPOINT.length, this.#end);
        } else if (this.#is(bytes, start, ERRNO)) {
          this.#goToEnd(bytes);
          const errno = bytes.toString('latin1', start + ERRNO.length, this.#end);
          if (!/^-?\d{1,10}$/.test(errno)) throw this.#malformed('errno', 'a whole number');
          this.#errno = Number(errno);
        }
        return;
      case 102: // f
        if (this.#is(bytes, start, FWMARK)) {
          this.#device.firewallMark = this.#number(bytes, FWMARK) || undefined;
        }
        return;
      default:
    }
  }

  /** Whether the line is of this key. If so, it was looked through up to the value. */
  #is(bytes: Buffer, start: number, key: Uint8Array): boolean {
    if (!startsWith(bytes, start, key)) return false;
    this.#end = start + key.length;
    return true;
  }

  #goToEnd(bytes: Buffer): void {
    let end = this.#end;
    while (bytes[end] !== NEWLINE) end++;
    this.#end = end;
  }

  #finish(): void {
    if (this.#errno === undefined) throw this.#malformed('errno', 'before the empty line that ends the reply');
    if (this.#errno !== 0) {
      throw new WireGuardError('READ_FAILED', `the device answered errno=${this.#errno}; its own log says more`);
    }
    this.done = true;
  }

  // The values: each is looked through once. Lines are whole, so a newline ends what no other byte ends.

  #number(bytes: Buffer, key: Uint8Array): number {
    const start = this.#end;
    let value = 0;
    let end = start;
    for (let digit; (digit = bytes[end]! - 48) >= 0 && digit <= 9; end++) value = value * 10 + digit;
    this.#end = end;
    if (bytes[end] === NEWLINE && end > start && end - start <= EXACT_DIGITS) return value;
    this.#goToEnd(bytes);
    value = decimal(bytes, start, this.#end);
    if (value === -1) throw this.#malformed(Buffer.from(key).toString('latin1', 0, key.length - 1), 'a decimal number');
    return value;
  }

  #hexKey(bytes: Buffer, key: Uint8Array): boolean {
    const start = this.#end;
    this.#end += 64;
    return hexKey(bytes, start, this.#end, key) && bytes[this.#end] === NEWLINE;
  }

  #isZeros(bytes: Buffer): boolean {
    let end = this.#end;
    while (bytes[end] === 48) end++;
    this.#end = end;
    return bytes[end] === NEWLINE;
  }

  #inPeer(key: string): true {
    if (!this.#peers.isOpen) throw this.#malformed(key, 'after a public_key');
    return true;
  }

  /** Names the line and what was expected there; never quotes it, as it may be a key's. */
  #malformed(key: string, expected: string): WireGuardError {
    return new WireGuardError('PROTOCOL', `line ${this.#line} of the reply: expected ${key} to be ${expected}`);
  }
}

/** Whether a line of AmneziaWG makes its messages differ from WireGuard's: junk packets (`jc=`), padding (`s1=` and so on), or
 *  other types of messages (`h1=` and so on). */
function obfuscates(line: string): boolean {
  const [, key = '', value] = /^(jc|s[1-4]|h[1-4])=(.*)$/.exec(line) ?? [];
  return value !== undefined && value !== (key.startsWith('h') ? key[1] : '0');
}
