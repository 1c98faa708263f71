import { parseAddress, words } from './address.js';

/** Where an address is, but not which one it is. */
export interface Subnet {
  /** The first of its addresses. */
  readonly address: string;
  /** Bits that its addresses have in common. */
  readonly length: number;
}

/** Bits that are kept: what a provider gives to one customer or more. */
const LENGTH = { 4: 24, 6: 48 } as const;

/** 6to4 has an IPv4 address in the bits from the 17th on, of which as many are kept as of any.
 *  Source: https://datatracker.ietf.org/doc/html/rfc3056#section-2 */
const LENGTH_6TO4 = 16 + LENGTH[4];
const PREFIX_6TO4 = 0x2002;

/** The subnet of an address: /24 of IPv4, also of one that is mapped into IPv6, and /48 of IPv6, without its zone; /40 of 6to4.
 *  `undefined`: that is no address. */
export function subnetOf(address: string): Subnet | undefined {
  const family = parseAddress(address);
  if (family === 0) return undefined;
  const [first = 0, second = 0] = words;
  if (family === 4)
    return { address: [first >>> 24, (first >>> 16) & 0xff, (first >>> 8) & 0xff, 0].join('.'), length: LENGTH[4] };
  const groups = [first >>> 16, first & 0xffff, second >>> 16];
  if (groups[0] !== PREFIX_6TO4) return { address: textOf(groups), length: LENGTH[6] };
  groups[2]! &= 0xff00;
  return { address: textOf(groups), length: LENGTH_6TO4 };
}

/** An address of which the other groups are 0. Source: https://datatracker.ietf.org/doc/html/rfc5952#section-4 */
function textOf(groups: readonly number[]): string {
  const used = groups.slice(0, groups.findLastIndex((group) => group !== 0) + 1);
  return `${used.map((group) => group.toString(16)).join(':')}::`;
}
