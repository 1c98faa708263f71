import { WireGuardError } from '../../errors.js';
import type { Peer } from '../../model/device.js';
import { base64Key, decimal, spells } from '../bytes.js';
import type { PeerTable } from '../peer-table.js';

/** What the output says of one device. */
export interface DumpedDevice {
  readonly name: string;
  readonly publicKey: string | undefined;
  readonly listenPort: number | undefined;
  readonly firewallMark: number | undefined;
  readonly standardMessages: boolean;
  readonly peers: Peer[];
}

/** What stands for keys that were not asked for. */
export const HIDDEN = '(hidden)';

/** Jc, Jmin, Jmax, S1, S2, H1, H2, H3 and H4 of a device that speaks as WireGuard does. */
const PLAIN_AMNEZIA = ['0', '0', '0', '0', '0', '1', '2', '3', '4'];

/** IFNAMSIZ, the zero at the end taken off. */
const LONGEST_NAME = 15;

const TAB = 9;
const PUBLIC_KEY = /^(?:[A-Za-z0-9+/]{43}=|\(none\))$/;
const FIREWALL_MARK = /^(?:0x[0-9a-f]{1,8}|off)$/;

/** Parses `wg show all dump`, as bytes and in pieces of whole lines. Fields are separated by tabs:
 *
 *  ```
 *  wg0  <private key>  JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=  51831  0xca6c
 *  wg0  FrXpplSalvSfo7ska/EaqTcDEbN2O80v432HRTvy1P8=  (none)  192.0.2.2:51820  10.9.0.2/32,fd00:9::2/128  1795294201  220  308  25
 *  ```
 *
 *  The first line of a device is the interface's, each further one a peer's. The private key is passed over unread, of a
 *  preshared key only whether it is there is kept, and columns beyond the known ones are passed over.
 *  The columns that AmneziaWG's `awg` has before the firewall mark are compared with what they are in plain WireGuard.
 *  Source: wg(8), "show"; https://github.com/amnezia-vpn/amneziawg-tools, src/show.c. */
export class DumpParser {
  readonly devices: DumpedDevice[] = [];
  readonly #tableOf: (device: string) => PeerTable | undefined;
  readonly #now: number;
  #device: Omit<DumpedDevice, 'peers'> | undefined;
  #table: PeerTable | undefined;
  #line = 0;
  /** Ends of the current line's fields. */
  #ends: number[] = [];

  /** @param tableOf the peers of a device; `undefined` passes the device over
   *  @param now wall clock, milliseconds since the epoch */
  constructor(tableOf: (device: string) => PeerTable | undefined, now: number) {
    this.#tableOf = tableOf;
    this.#now = now;
  }

  /** Takes `bytes[0, end)`, whole lines all of them. */
  parse(bytes: Buffer, end: number): void {
    for (let start = 0; start < end;) {
      this.#line++;
      const ends = this.#ends;
      ends.length = 0;
      let at = start;
      for (; bytes[at] !== 10; at++) if (bytes[at] === TAB) ends.push(at);
      ends.push(at);
      if (this.#device !== undefined && spells(bytes, start, ends[0]!, this.#device.name)) this.#parsePeer(bytes);
      else this.#parseDevice(bytes, start);
      start = at + 1;
    }
  }

  /** Ends the reading. */
  finish(): DumpedDevice[] {
    if (this.#device !== undefined && this.#table !== undefined) {
      const peers = this.#table.end();
      const standardMessages = this.#device.standardMessages && !this.#table.givesAges;
      this.devices.push({ ...this.#device, standardMessages, peers });
    }
    this.#device = undefined;
    return this.devices;
  }

  #parseDevice(bytes: Buffer, start: number): void {
    this.finish();
    const ends = this.#ends;
    if (ends.length < 5) throw this.#malformed('an interface line of 5 columns');
    const name = bytes.toString('latin1', start, Math.min(ends[0]!, start + LONGEST_NAME + 1));
    if (name.length > LONGEST_NAME || name === '') throw this.#malformed('the name of an interface in column 1');
    const publicKey = bytes.toString('latin1', ends[1]! + 1, ends[2]);
    if (!PUBLIC_KEY.test(publicKey)) throw this.#malformed('a public key or (none) in column 3');
    // AmneziaWG has columns of its own before it, all of which look otherwise.
    const isPlain = FIREWALL_MARK.test(bytes.toString('latin1', ends[3]! + 1, ends[4]));
    const mark = bytes.toString('latin1', (isPlain ? ends[3]! : ends.at(-2)!) + 1, isPlain ? ends[4] : ends.at(-1));
    if (!FIREWALL_MARK.test(mark)) throw this.#malformed('a hexadecimal firewall mark or off in column 5');
    this.#device = {
      name,
      publicKey: publicKey === '(none)' ? undefined : publicKey,
      listenPort: this.#number(bytes, 2, 'the listening port') || undefined,
      firewallMark: mark === 'off' ? undefined : Number(mark),
      standardMessages: isPlain || this.#isPlainAmnezia(bytes),
    };
    this.#table = this.#tableOf(this.#device.name);
    this.#table?.begin(this.#now);
  }

  #parsePeer(bytes: Buffer): void {
    const peers = this.#table;
    if (peers === undefined) return;
    const ends = this.#ends;
    if (ends.length < 9) throw this.#malformed('a peer line of 9 columns');
    if (!base64Key(bytes, ends[0]! + 1, ends[1]!, peers.key)) throw this.#malformed('a public key in column 2');
    if (!peers.open()) throw this.#malformed('a peer not listed before');
    peers.hasPresharedKey = this.#spells(bytes, 1, HIDDEN) ? undefined : !this.#isNone(bytes, 1);
    if (!this.#isNone(bytes, 2)) peers.endpoint(bytes, ends[2]! + 1, ends[3]!);
    if (!this.#isNone(bytes, 3)) {
      for (let from = ends[3]! + 1, at = from; at <= ends[4]!; at++) {
        if (bytes[at] !== 44 && at !== ends[4]) continue;
        peers.allowedIP(bytes, from, at);
        from = at + 1;
      }
    }
    peers.handshakeSeconds = this.#number(bytes, 4, 'the latest handshake');
    peers.receiveBytes = this.#number(bytes, 5, 'the received bytes');
    peers.transmitBytes = this.#number(bytes, 6, 'the sent bytes');
    peers.persistentKeepaliveInterval = this.#isOff(bytes, 7) ? 0 : this.#number(bytes, 7, 'the persistent keepalive');
  }

  /** The number in the field after the `index`th tab. */
  #number(bytes: Buffer, index: number, what: string): number {
    const value = decimal(bytes, this.#ends[index]! + 1, this.#ends[index + 1]!);
    if (value === -1) throw this.#malformed(`${what} in column ${index + 2} to be a decimal number`);
    return value;
  }

  #isNone(bytes: Buffer, index: number): boolean {
    return this.#spells(bytes, index, '(none)');
  }

  #isOff(bytes: Buffer, index: number): boolean {
    return this.#spells(bytes, index, 'off');
  }

  /** Whether the field after the `index`th tab is this word. */
  #spells(bytes: Buffer, index: number, word: string): boolean {
    return spells(bytes, this.#ends[index]! + 1, this.#ends[index + 1]!, word);
  }

  /** Whether the columns of AmneziaWG's first version (junk packets, padding, types of messages) say that nothing is
   *  obfuscated. Of those that later versions added, nothing is read. */
  #isPlainAmnezia(bytes: Buffer): boolean {
    return this.#ends.length === 14 && PLAIN_AMNEZIA.every((word, index) => this.#spells(bytes, index + 3, word));
  }

  /** Names the line and what was expected there; never quotes it, as it may hold a key. It is the whole source's failure:
   *  devices further down are not read either. */
  #malformed(expected: string): WireGuardError {
    const where = this.#device === undefined ? '' : `, device ${this.#device.name}`;
    return new WireGuardError('PROTOCOL', `line ${this.#line} of wg's output${where}: expected ${expected}`);
  }
}
