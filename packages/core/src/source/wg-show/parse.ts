import { WireGuardError } from '../../errors.js';
import type { Peer } from '../../model/device.js';
import { Columns } from '../columns.js';
import { NONE, readPeerLine } from '../peer-line.js';
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

/** Jc, Jmin, Jmax, S1, S2, H1, H2, H3 and H4 of a device that speaks as WireGuard does. */
const PLAIN_AMNEZIA = ['0', '0', '0', '0', '0', '1', '2', '3', '4'];

/** IFNAMSIZ, the zero at the end taken off. */
const LONGEST_NAME = 15;

/** Longer than a key in base64. */
const LONGEST_WORD = 45;

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
  readonly #columns = new Columns();

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
      start = this.#columns.cut(bytes, start) + 1;
      if (this.#device !== undefined && this.#columns.is(0, this.#device.name)) this.#parsePeer();
      else this.#parseDevice();
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

  #parseDevice(): void {
    this.finish();
    const columns = this.#columns;
    if (columns.count < 5) throw this.#malformed('an interface line of 5 columns');
    const name = columns.text(0, LONGEST_NAME + 1);
    if (name.length > LONGEST_NAME || name === '') throw this.#malformed('the name of an interface in column 1');
    const publicKey = columns.text(2, LONGEST_WORD);
    if (!PUBLIC_KEY.test(publicKey)) throw this.#malformed('a public key or (none) in column 3');
    const listenPort = columns.number(3);
    if (listenPort === -1) throw this.#malformed('the listening port in column 4 to be a decimal number');
    // AmneziaWG has columns of its own before it, all of which look otherwise.
    const isPlain = FIREWALL_MARK.test(columns.text(4, LONGEST_WORD));
    const mark = columns.text(isPlain ? 4 : columns.count - 1, LONGEST_WORD);
    if (!FIREWALL_MARK.test(mark)) throw this.#malformed('a hexadecimal firewall mark or off in column 5');
    this.#device = {
      name,
      publicKey: publicKey === NONE ? undefined : publicKey,
      listenPort: listenPort || undefined,
      firewallMark: mark === 'off' ? undefined : Number(mark),
      standardMessages: isPlain || this.#isPlainAmnezia(),
    };
    this.#table = this.#tableOf(this.#device.name);
    this.#table?.begin(this.#now);
  }

  #parsePeer(): void {
    if (this.#table !== undefined) readPeerLine(this.#columns, this.#table, (expected) => this.#malformed(expected));
  }

  /** Whether the columns of AmneziaWG's first version (junk packets, padding, types of messages) say that nothing is
   *  obfuscated. Of those that later versions added, nothing is read. */
  #isPlainAmnezia(): boolean {
    return this.#columns.count === 14 && PLAIN_AMNEZIA.every((word, index) => this.#columns.is(index + 4, word));
  }

  /** Names the line and what was expected there; never quotes it, as it may hold a key. It is the whole source's failure:
   *  devices further down are not read either. */
  #malformed(expected: string): WireGuardError {
    const where = this.#device === undefined ? '' : `, device ${this.#device.name}`;
    return new WireGuardError('PROTOCOL', `line ${this.#line} of wg's output${where}: expected ${expected}`);
  }
}
