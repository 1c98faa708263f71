/** The address that was parsed last, most significant word first: one word of IPv4, four of IPv6. It is shared, so that
 *  looking for an address makes no garbage. */
export const words: Uint32Array = new Uint32Array(4);

/** The longest text that can be an address: IPv6 with an embedded IPv4 address, brackets, and a zone of 16 bytes. */
const MAX_LENGTH = 64;

const DOT = 0x2e;
const COLON = 0x3a;

const groups = new Uint16Array(8);

/** Parses an IP address as spans and sockets have it into {@link words}: in brackets or not, in any case, with or without
 *  a zone. An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) is an IPv4 address.
 *
 *  @returns the family; 0: that is no address */
export function parseAddress(text: string): 0 | 4 | 6 {
  if (text.length > MAX_LENGTH) return 0;
  const bracketed = text.charCodeAt(0) === 0x5b;
  if (bracketed && text.charCodeAt(text.length - 1) !== 0x5d) return 0;
  const from = bracketed ? 1 : 0;
  const last = bracketed ? text.length - 1 : text.length;
  const zone = text.indexOf('%');
  if (zone === last - 1) return 0;
  if (parseIPv6(text, from, zone < 0 ? last : zone)) return unmapped();
  return zone < 0 && !bracketed && parseIPv4(text, from, last) ? 4 : 0;
}

/** Takes the IPv4 address out of an IPv6 address that it is mapped into. */
function unmapped(): 4 | 6 {
  if (words[0] !== 0 || words[1] !== 0 || words[2] !== 0xffff) return 6;
  words[0] = words[3]!;
  return 4;
}

function parseIPv4(text: string, from: number, to: number): boolean {
  let address = 0;
  let octets = 0;
  let value = 0;
  let digits = 0;
  for (let at = from; at <= to; at++) {
    const code = at === to ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0) return false;
      address = address * 256 + value;
      octets++;
      value = 0;
      digits = 0;
    } else {
      const digit = code - 0x30;
      // A leading zero means octal to some.
      if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false;
      value = value * 10 + digit;
      if (value > 255) return false;
      digits++;
    }
  }
  words[0] = address;
  return octets === 4;
}

function parseIPv6(text: string, from: number, to: number): boolean {
  let at = from;
  let count = 0;
  let gap = -1;
  if (text.charCodeAt(at) === COLON) {
    if (text.charCodeAt(at + 1) !== COLON) return false;
    gap = 0;
    at += 2;
  }
  while (at < to) {
    const begin = at;
    let value = 0;
    for (; at < to; at++) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      if (at - begin === 4) return false;
      value = value * 16 + digit;
    }
    if (at < to && text.charCodeAt(at) === DOT) {
      // Only a colon makes it IPv6.
      if (begin === from || count > 6 || !parseIPv4(text, begin, to)) return false;
      groups[count++] = words[0]! >>> 16;
      groups[count++] = words[0]! & 0xffff;
      break;
    }
    if (at === begin || count === 8) return false;
    groups[count++] = value;
    if (at === to) break;
    if (text.charCodeAt(at++) !== COLON || at === to) return false;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return false;
      gap = count;
      at++;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return false;
  fillWords(gap < 0 ? count : gap, count);
  return true;
}

/** Writes the groups to the words, with zeros after the first `gap` of `count`. */
function fillWords(gap: number, count: number): void {
  const skipped = 8 - count;
  words.fill(0);
  for (let index = 0; index < count; index++) {
    const position = index < gap ? index : index + skipped;
    words[position >> 1]! |= groups[index]! << (position % 2 === 0 ? 16 : 0);
  }
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

export interface Prefix {
  readonly family: 4 | 6;
  /** In bits. */
  readonly length: number;
}

/** Parses a prefix in CIDR form and leaves its first address in {@link words}. Without a length it is one address.
 *  `undefined`: that is no prefix. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const family = parseAddress(address);
  if (family === 0) return undefined;
  const written = slash < 0 ? undefined : text.slice(slash + 1);
  const bits = family === 4 ? 32 : 128;
  // 96 of the bits of a mapped prefix are those of the mapping.
  const mapping = family === 4 && address.includes(':') ? 96 : 0;
  if (written !== undefined && !/^\d{1,3}$/.test(written)) return undefined;
  const length = written === undefined ? bits : Number(written) - mapping;
  if (length < 0 || length > bits) return undefined;
  for (let index = 0; index < bits / 32; index++) words[index]! &= maskOf(length - 32 * index);
  return { family, length };
}

/** The first bits of a word. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? 0xffffffff : -1 << (32 - bits);
}
