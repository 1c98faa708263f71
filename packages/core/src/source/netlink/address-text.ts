import { malformed, u16, u32 } from './attribute.js';

const AF_INET = 2;
const AF_INET6 = 10;
/** `struct sockaddr_in` and `struct sockaddr_in6`. */
const IPV4_ENDPOINT = 16;
const IPV6_ENDPOINT = 28;

/** `[` address `%` name `]:` port, and some to spare. */
const LONGEST_TEXT = 80;

/** Finds the name of an interface by its number. */
export type NameOf = (index: number) => string | undefined;

/** Writes addresses as `wg` prints them, as bytes into one small buffer: most are those of the reading before, and need no
 *  string. */
export class AddressText {
  readonly bytes: Buffer = Buffer.alloc(LONGEST_TEXT);
  end = 0;

  /** Writes a socket address, for example `192.0.2.1:51820` or `[fe80::1%eth0]:51820`.
   *
   *  @throws {WireGuardError} `PROTOCOL` */
  endpoint(from: Uint8Array, start: number, end: number, nameOf: NameOf): void {
    this.end = 0;
    const family = end - start < 2 ? 0 : u16(from, start);
    if (family === AF_INET && end - start >= IPV4_ENDPOINT) {
      this.#ipv4(from, start + 4);
    } else if (family === AF_INET6 && end - start >= IPV6_ENDPOINT) {
      this.#byte(91);
      this.#ipv6(from, start + 8);
      const scope = u32(from, start + 24);
      if (scope !== 0) this.end += this.bytes.write(`%${nameOf(scope) ?? scope}`, this.end, 'latin1');
      this.#byte(93);
    } else {
      throw malformed('the address of an endpoint');
    }
    this.#byte(58);
    this.#decimal((from[start + 2]! << 8) | from[start + 3]!);
  }

  /** Writes a prefix, for example `10.9.0.0/24`.
   *
   *  @throws {WireGuardError} `PROTOCOL` */
  prefix(from: Uint8Array, start: number, end: number, length: number): void {
    this.end = 0;
    if (end - start === 4) this.#ipv4(from, start);
    else if (end - start === 16) this.#ipv6(from, start);
    else throw malformed('an address of 4 or 16 bytes');
    this.#byte(47);
    this.#decimal(length);
  }

  #byte(value: number): void {
    this.bytes[this.end++] = value;
  }

  #decimal(value: number): void {
    if (value >= 10) this.#decimal(Math.trunc(value / 10));
    this.#byte(48 + (value % 10));
  }

  #ipv4(from: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      if (i > 0) this.#byte(46);
      this.#decimal(from[at + i]!);
    }
  }

  /** As inet_ntop(3) has it: the first longest run of zeros as `::`, and what carries an IPv4 address with dots. */
  #ipv6(from: Uint8Array, at: number): void {
    const group = (i: number): number => (from[at + 2 * i]! << 8) | from[at + 2 * i + 1]!;
    let zeros = -1;
    let longest = 1;
    for (let i = 0, run = 0; i < 8; i++) {
      run = group(i) === 0 ? run + 1 : 0;
      if (run <= longest) continue;
      longest = run;
      zeros = i - run + 1;
    }
    const carriesIpv4 = zeros === 0 && (longest === 6 || (longest === 5 && group(5) === 0xffff));
    for (let i = 0; i < (carriesIpv4 ? 6 : 8); i++) {
      if (i === zeros) {
        this.#byte(58);
        if (i === 0) this.#byte(58);
        i += longest - 1;
        continue;
      }
      this.#hex(group(i));
      if (i < 7) this.#byte(58);
    }
    if (carriesIpv4) this.#ipv4(from, at + 12);
  }

  #hex(value: number): void {
    if (value >= 16) this.#hex(value >> 4);
    this.#byte(HEX[value & 15]!);
  }
}

const HEX = Buffer.from('0123456789abcdef');
