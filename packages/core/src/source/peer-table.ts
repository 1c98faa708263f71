import { randomInt } from 'node:crypto';
import { WireGuardError } from '../errors.js';
import type { Peer } from '../model/device.js';
import { spells } from './bytes.js';

/** The kernel's own limit for one device (MAX_PEERS_PER_DEVICE in its messages.h). */
const MAX_PEERS = 1 << 20;

/** More than any device has: an answer without end must not fill the memory. */
const MAX_ALLOWED_IPS = 1 << 22;

/** September 2001, in milliseconds since the epoch. */
const FIRST_TIME = 1e12;

/** Two handshakes are further apart than this, in milliseconds, and two readings of one age differ by less. */
const AGE_JITTER = 3000;

/** Builds the peers of one device out of byte fields, reading after reading, and gives back the same `Peer` object, or at
 *  least the same strings, wherever nothing changed. A peer is found by the 32 bytes of its key in an open-addressing
 *  table, so no string is made to look it up.
 *
 *  boringtun gives the age of a handshake where others give its time. No handshake was before 2001, and no device runs for
 *  30 years, so the two can be told apart; the time that follows from an age stays the same until it is contradicted.
 *
 *  A reading is `begin`, then for each peer: bytes into `key`, `open`, its fields, and last `end`. */
export class PeerTable {
  /** Where a parser decodes the public key to before `open`. */
  readonly key: Uint8Array = new Uint8Array(32);
  readonly #keyWords = new Uint32Array(this.key.buffer);

  #words = new Uint32Array(8 * 64);
  #slots = new Int32Array(128).fill(-1);
  #made: (Peer | undefined)[] = [];
  /** The reading in which a slot's peer was last seen. */
  #seen = new Uint32Array(64);
  #size = 0;
  #reading = 0;
  #allAllowedIPs = 0;

  #now = 0;
  /** Whether this reading had ages in the place of times, as boringtun gives them. */
  givesAges = false;

  // The peer being built.
  #slot = -1;
  #previous: Peer | undefined;
  #publicKey = '';
  #allowedIPs: string[] | undefined;
  #allowedIPCount = 0;
  #endpoint: string | undefined;
  hasPresharedKey: boolean | undefined = false;
  handshakeSeconds = 0;
  handshakeNanoseconds = 0;
  receiveBytes = 0;
  transmitBytes = 0;
  persistentKeepaliveInterval = 0;

  /** @param now wall clock, milliseconds since the epoch */
  begin(now: number): void {
    this.#reading++;
    this.#now = now;
    this.givesAges = false;
    this.#allAllowedIPs = 0;
    this.#slot = -1;
  }

  /** Begins the peer whose key is in `key`; false if this reading has had it already. */
  open(): boolean {
    this.#close();
    this.#slot = this.#find();
    if (this.#seen[this.#slot] === this.#reading) return false;
    this.#seen[this.#slot] = this.#reading;
    this.#previous = this.#made[this.#slot];
    this.#publicKey = this.#previous?.publicKey ?? Buffer.from(this.key).toString('base64');
    this.#allowedIPs = undefined;
    this.#allowedIPCount = 0;
    this.#endpoint = undefined;
    this.hasPresharedKey = false;
    this.handshakeSeconds = 0;
    this.handshakeNanoseconds = 0;
    this.receiveBytes = 0;
    this.transmitBytes = 0;
    this.persistentKeepaliveInterval = 0;
    return true;
  }

  get isOpen(): boolean {
    return this.#slot !== -1;
  }

  endpoint(bytes: Buffer, start: number, end: number): void {
    const before = this.#previous?.endpoint;
    if (before !== undefined && spells(bytes, start, end, before)) this.#endpoint = before;
    else this.#endpoint = textOf(bytes, start, end, ENDPOINT, 'an endpoint');
  }

  allowedIP(bytes: Buffer, start: number, end: number): void {
    if (++this.#allAllowedIPs > MAX_ALLOWED_IPS) {
      throw new WireGuardError(
        'PROTOCOL',
        `more than ${MAX_ALLOWED_IPS} allowed IPs: no WireGuard device has that many`,
      );
    }
    const index = this.#allowedIPCount++;
    if (this.#allowedIPs === undefined) {
      const before = this.#previous?.allowedIPs;
      if (before !== undefined && index < before.length && spells(bytes, start, end, before[index]!)) return;
      this.#allowedIPs = before?.slice(0, index) ?? [];
    }
    this.#allowedIPs.push(textOf(bytes, start, end, PREFIX, 'an allowed IP'));
  }

  /** Says that the open peer's list of allowed IPs was broken off, so that what is missing is as it was before. A peer whose list
   *  has changed, or that is new, has what was read of it. */
  restOfAllowedIPsIsAsBefore(): void {
    if (this.#allowedIPs !== undefined) return;
    this.#allowedIPCount = Math.max(this.#allowedIPCount, this.#previous?.allowedIPs.length ?? 0);
  }

  /** Ends the reading. Peers are in the order in which they first appeared: a device may list them in another order each
   *  time, as wireguard-go does. */
  end(): Peer[] {
    this.#close();
    const peers: Peer[] = [];
    for (let slot = 0; slot < this.#size; slot++) {
      if (this.#seen[slot] === this.#reading) peers.push(this.#made[slot]!);
    }
    this.#forget(peers.length);
    return peers;
  }

  #close(): void {
    if (this.#slot === -1) return;
    const previous = this.#previous;
    const lastHandshakeTime = this.#lastHandshakeTime();
    const keepalive = this.persistentKeepaliveInterval === 0 ? undefined : this.persistentKeepaliveInterval;
    const allowedIPs = this.#allowedIPs ?? sameLength(previous?.allowedIPs, this.#allowedIPCount);
    const same =
      previous !== undefined &&
      previous.receiveBytes === this.receiveBytes &&
      previous.transmitBytes === this.transmitBytes &&
      previous.lastHandshakeTime === lastHandshakeTime &&
      previous.endpoint === this.#endpoint &&
      previous.allowedIPs === allowedIPs &&
      previous.persistentKeepaliveInterval === keepalive &&
      previous.hasPresharedKey === this.hasPresharedKey;
    if (!same) {
      this.#made[this.#slot] = {
        publicKey: this.#publicKey,
        hasPresharedKey: this.hasPresharedKey,
        endpoint: this.#endpoint,
        allowedIPs,
        lastHandshakeTime,
        receiveBytes: this.receiveBytes,
        transmitBytes: this.transmitBytes,
        persistentKeepaliveInterval: keepalive,
      };
    }
    this.#slot = -1;
  }

  #lastHandshakeTime(): number | undefined {
    if (this.handshakeSeconds === 0 && this.handshakeNanoseconds === 0) return undefined;
    const given = this.handshakeSeconds * 1000 + Math.floor(this.handshakeNanoseconds / 1e6);
    if (given >= FIRST_TIME || this.#now < FIRST_TIME) return given;
    this.givesAges = true;
    const time = this.#now - given;
    const before = this.#previous?.lastHandshakeTime;
    return before !== undefined && time <= before + AGE_JITTER ? before : time;
  }

  /** The slot of the peer in `key`: its own, or a new one. */
  #find(): number {
    const words = this.#keyWords;
    const mask = this.#slots.length - 1;
    for (let at = hash(words) & mask; ; at = (at + 1) & mask) {
      const slot = this.#slots[at]!;
      if (slot === -1) return this.#add(at);
      const base = slot * 8;
      let word = 0;
      while (word < 8 && this.#words[base + word] === words[word]) word++;
      if (word === 8) return slot;
    }
  }

  #add(at: number): number {
    if (this.#size === MAX_PEERS) {
      throw new WireGuardError('PROTOCOL', `more than ${MAX_PEERS} peers: no WireGuard device has that many`);
    }
    if (this.#size === this.#seen.length) {
      this.#resize(this.#size * 2, (slot) => slot < this.#size);
      return this.#find();
    }
    const slot = this.#size++;
    this.#slots[at] = slot;
    this.#words.set(this.#keyWords, slot * 8);
    return slot;
  }

  /** Drops peers that are gone, once they are many: a rebuild costs as much as a reading. */
  #forget(present: number): void {
    if (this.#size - present <= 64 + present / 4) return;
    this.#resize(this.#seen.length, (slot) => this.#seen[slot] === this.#reading);
  }

  #resize(capacity: number, keep: (slot: number) => boolean): void {
    const words = new Uint32Array(8 * capacity);
    const slots = new Int32Array(2 * capacity).fill(-1);
    const seen = new Uint32Array(capacity);
    const made: (Peer | undefined)[] = [];
    const mask = slots.length - 1;
    let size = 0;
    for (let slot = 0; slot < this.#size; slot++) {
      if (!keep(slot)) continue;
      const key = this.#words.subarray(slot * 8, slot * 8 + 8);
      let at = hash(key) & mask;
      while (slots[at] !== -1) at = (at + 1) & mask;
      slots[at] = size;
      words.set(key, size * 8);
      seen[size] = this.#seen[slot]!;
      made.push(this.#made[slot]);
      size++;
    }
    this.#words = words;
    this.#slots = slots;
    this.#seen = seen;
    this.#made = made;
    this.#size = size;
  }
}

/** Peers may choose their keys, but not so that they all fall into one place of the table. */
const SEED = randomInt(2 ** 32);

function hash(words: Uint32Array): number {
  let mixed = SEED;
  for (let i = 0; i < 8; i++) {
    mixed = Math.imul(mixed ^ words[i]!, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}

const IPV4 = '\\d{1,3}(?:\\.\\d{1,3}){3}';
const IPV6 = '(?=[0-9a-f:.]{2,45}[\\]/%])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\\.\\d{1,3}){3})?';
const ENDPOINT = new RegExp(`^(?:${IPV4}|\\[${IPV6}(?:%[\\w.-]{1,15})?\\]):\\d{1,5}$`);
const PREFIX = new RegExp(`^(?:${IPV4}|${IPV6})/\\d{1,3}$`);

/** Longer than any of the two. */
const LONGEST_TEXT = 80;

/** Makes the text of an address, and of nothing else: where an answer is garbled, a piece of a key could stand there. */
function textOf(bytes: Buffer, start: number, end: number, form: RegExp, what: string): string {
  const text = end - start > LONGEST_TEXT ? '' : bytes.toString('latin1', start, end);
  if (form.test(text)) return text;
  throw new WireGuardError('PROTOCOL', `expected ${what}, and found something else in its place`);
}

const NONE: readonly string[] = [];

/** The previous list, or what is left of it: all that was read so far agreed with it. */
function sameLength(previous: readonly string[] | undefined, count: number): readonly string[] {
  if (previous === undefined) return NONE;
  return previous.length === count ? previous : previous.slice(0, count);
}
