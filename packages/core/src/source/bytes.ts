import { randomInt } from 'node:crypto';

/** Small readers of ASCII fields in a byte buffer: the hot path makes no string of what it does not keep. */

/** Whether the bytes at `start` are those of `text`. */
export function startsWith(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}

/** Whether `bytes[start, end)` spell `text`. */
export function spells(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** So that nobody can find two texts that are taken for one. */
const [SEED, OTHER_SEED] = [randomInt(2 ** 32), randomInt(2 ** 32)];

/** A number of 52 bits, and not 0, that tells `bytes[start, end)` from other texts: two have the same once in 4 500 000 000 000 000 times. */
export function fingerprint(bytes: Uint8Array, start: number, end: number): number {
  let a = SEED;
  let b = OTHER_SEED;
  for (let i = start; i < end; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x01000193);
    b = Math.imul(b ^ bytes[i]!, 0x85ebca6b);
  }
  return (a >>> 0) * 2 ** 20 + (b >>> 12) + 1;
}

/** The longest number there is: 2^64 - 1. */
const LONGEST_DECIMAL = 20;

/** The whole number in `bytes[start, end)`, or -1 if those are no decimal digits of a number of 64 bits. Above 2^53 it is
 *  rounded as `Number` does it. */
export function decimal(bytes: Buffer, start: number, end: number): number {
  if (start >= end || end - start > LONGEST_DECIMAL) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value > Number.MAX_SAFE_INTEGER ? Number(bytes.toString('latin1', start, end)) : value;
}

const HEX = new Uint8Array(256).fill(255);
for (let i = 0; i < 16; i++) {
  HEX[i.toString(16).charCodeAt(0)] = i;
  HEX[i.toString(16).toUpperCase().charCodeAt(0)] = i;
}

const BASE64 = new Uint8Array(256).fill(255);
for (let i = 0; i < 64; i++) {
  BASE64['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.charCodeAt(i)] = i;
}

/** Decodes a 32-byte key from 64 hex digits into `key`; false if `bytes[start, end)` are no such digits. */
export function hexKey(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== 64) return false;
  let seen = 0;
  for (let i = 0; i < 32; i++) {
    const high = HEX[bytes[start + 2 * i]!]!;
    const low = HEX[bytes[start + 2 * i + 1]!]!;
    seen |= high | low;
    key[i] = (high << 4) | low;
  }
  return seen < 16;
}

/** Decodes a 32-byte key from 44 characters of base64 into `key`; false if `bytes[start, end)` are no such text. */
export function base64Key(bytes: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== 44 || bytes[end - 1] !== 61) return false;
  let seen = 0;
  for (let group = 0; group < 11; group++) {
    const at = start + 4 * group;
    const a = BASE64[bytes[at]!]!;
    const b = BASE64[bytes[at + 1]!]!;
    const c = BASE64[bytes[at + 2]!]!;
    // The 11th group is two bytes and the padding.
    const d = group === 10 ? 0 : BASE64[bytes[at + 3]!]!;
    seen |= a | b | c | d;
    key[3 * group] = (a << 2) | (b >> 4);
    key[3 * group + 1] = (b << 4) | (c >> 2);
    if (group < 10) key[3 * group + 2] = (c << 6) | d;
  }
  return seen < 64;
}
