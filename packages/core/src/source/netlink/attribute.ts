import { WireGuardError } from '../../errors.js';

/** Readers of netlink's fields, which are in the byte order of the machine: little-endian wherever this is run. An attribute
 *  is its length and its type, 16 bits each, and its value, padded to 4 bytes; the length is without padding.
 *  Source: netlink(7); linux/netlink.h, `struct nlattr`. */

/** Length and type. */
export const ATTRIBUTE_HEADER = 4;

/** The upper two bits of a type are flags: nested, and in network byte order. */
const TYPE_MASK = 0x3fff;

export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

export function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}

/** Above 2^53 it is rounded to what a double holds. */
export function u64(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + 4) * 2 ** 32 + u32(bytes, at);
}

/** Where the next thing begins after one that ended at `end`. */
export function align(end: number): number {
  return (end + 3) & ~3;
}

/** Takes the value of an attribute, `bytes[start, end)`. */
export type TakeAttribute = (type: number, bytes: Buffer, start: number, end: number) => void;

/** Hands over the attributes in `bytes[start, end)`, one after the other.
 *
 *  @throws {WireGuardError} `PROTOCOL` if one does not fit in there */
export function eachAttribute(bytes: Buffer, start: number, end: number, take: TakeAttribute): void {
  for (let at = start, to; at + ATTRIBUTE_HEADER <= end; at = align(to)) {
    const length = u16(bytes, at);
    if (length < ATTRIBUTE_HEADER || at + length > end) throw malformed('an attribute within what holds it');
    to = at + length;
    take(u16(bytes, at + 2) & TYPE_MASK, bytes, at + ATTRIBUTE_HEADER, to);
  }
}

/** The start of a value, which must have so many bytes at least.
 *
 *  @throws {WireGuardError} `PROTOCOL` if it is shorter */
export function sized(start: number, end: number, size: number): number {
  if (end - start < size) throw malformed(`a value of ${size} bytes`);
  return start;
}

/** The error for an answer that is no netlink. Never quotes it, as it may hold a key. */
export function malformed(expected: string): WireGuardError {
  return new WireGuardError('PROTOCOL', `the kernel's answer is malformed: expected ${expected}`);
}
