import { WireGuardError } from '../errors.js';
import type { Device } from '../model/device.js';

/** Readers of parsed JSON that others wrote: nothing is taken over unchecked, and errors name the place without what stands
 *  there. Each throws a {@link WireGuardError} `PROTOCOL`. */
export function expected(at: string, what: string): WireGuardError {
  return new WireGuardError('PROTOCOL', `expected ${at} to be ${what}`);
}

export function json(content: string, at: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw expected(at, 'JSON');
  }
  return map(value, at);
}

export function map(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw expected(at, 'a map');
}

export function array(value: unknown, at: string, most: number): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw expected(at, `a list of ${most} at most`);
}

export function text(value: unknown, at: string, form: RegExp): string {
  if (typeof value === 'string' && form.test(value)) return value;
  throw expected(at, 'a text of the right form');
}

export function number(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw expected(at, 'a number of 0 or more');
}

export function boolean(value: unknown, at: string): boolean {
  if (typeof value === 'boolean') return value;
  throw expected(at, 'true or false');
}

export function optional<T>(value: unknown, parse: (value: unknown) => T): T | undefined {
  return value === undefined || value === null ? undefined : parse(value);
}

export const KEY: RegExp = /^[A-Za-z0-9+/]{43}=$/;
export const NAME: RegExp = /^[\x21-\x7e]{1,64}$/;
/** Whatever somebody may call a device or a namespace, as long as it can be shown. */
export const WORD: RegExp = /^[^\p{Cc}\p{Bidi_Control}]{1,255}$/u;

/** Takes over what is said of a device, its peers apart. */
export function deviceOf(value: unknown, at: string): Omit<Device, 'peers'> {
  const device = map(value, at);
  if (device['type'] !== 'kernel' && device['type'] !== 'userspace')
    throw expected(`${at}.type`, 'kernel or userspace');
  return {
    name: text(device['name'], `${at}.name`, WORD),
    type: device['type'],
    netns: optional(device['netns'], (netns) => text(netns, `${at}.netns`, WORD)),
    source: text(device['source'], `${at}.source`, NAME),
    publicKey: optional(device['publicKey'], (key) => text(key, `${at}.publicKey`, KEY)),
    listenPort: optional(device['listenPort'], (port) => number(port, `${at}.listenPort`)),
    firewallMark: optional(device['firewallMark'], (mark) => number(mark, `${at}.firewallMark`)),
    up: optional(device['up'], (up) => boolean(up, `${at}.up`)),
    countingSince: optional(device['countingSince'], (since) => number(since, `${at}.countingSince`)),
    incarnation: optional(device['incarnation'], (word) => text(word, `${at}.incarnation`, WORD)),
    standardMessages: boolean(device['standardMessages'], `${at}.standardMessages`),
  };
}
