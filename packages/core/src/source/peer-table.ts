import { WireGuardError } from '../errors.js';
import type { Peer } from '../model/device.js';
import { fingerprint, spells } from './bytes.js';
import { KeyTable } from './key-table.js';

/** More than any device has: an answer without end must not fill the memory. */
const MAX_ALLOWED_IPS = 1 << 22;

/** September 2001, in milliseconds since the epoch. */
const FIRST_TIME = 1e12;

/** Two handshakes are further apart than this, in milliseconds, and two readings of one age differ by less. */
const AGE_JITTER = 3000;

// A record: what a peer was made of, as eight doubles. That is one line of the processor's cache, while the peer itself is
// spread over ten of them. A device lists its peers in any order, so each line is one to wait for.
const RECEIVED = 0;
const TRANSMITTED = 1;
const HANDSHAKE = 2;
const KEEPALIVE = 3;
const PRESHARED_KEY = 4;
const ENDPOINT = 5;
const FIRST_ALLOWED_IP = 6;
const ALLOWED_IPS = 7;
const RECORD = 8;

/** In the place of a number that is not there. No fingerprint is 0, which stands for a text that is not there. */
const ABSENT = -1;

/** Builds the peers of one device out of byte fields, reading after reading, and gives back the same `Peer` object, or at
 *  least the same strings, wherever nothing changed. To find that out it compares with records of numbers, not with the
 *  peers.
 *
 *  boringtun gives the age of a handshake where others give its time. No handshake was before 2001, and no device runs for
 *  30 years, so the two can be told apart; the time that follows from an age stays the same until it is contradicted.
 *
 *  A reading is `begin`, then for each peer: bytes into `key`, `open`, its fields, and last `end`. */
export class PeerTable {
  readonly #keys = new KeyTable();
  /** Where a parser decodes the public key to before `open`. */
  readonly key: Uint8Array = this.#keys.key;
  // By slot.
  #records = new Float64Array(0);
  #made: (Peer | undefined)[] = [];
  /** The reading in which the peer was last seen. */
  #seen = new Uint32Array(0);
  #reading = 0;
  #allAllowedIPs = 0;

  #now = 0;
  /** Whether this reading had ages in the place of times, as boringtun gives them. */
  givesAges = false;

  // The peer being built.
  #slot = -1;
  /** Of a peer that is new. */
  #publicKey = '';
  #endpoint = 0;
  /** `undefined`: as before. */
  #endpointText: string | undefined;
  #firstAllowedIP = 0;
  /** `undefined`: all so far are as before. */
  #allowedIPs: string[] | undefined;
  #allowedIPCount = 0;
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
    const slot = (this.#slot = this.#keys.find());
    if (slot === this.#seen.length) this.#grow();
    if (this.#seen[slot] === this.#reading) return false;
    this.#seen[slot] = this.#reading;
    if (this.#made[slot] === undefined) this.#publicKey = Buffer.from(this.key).toString('base64');
    this.#endpoint = 0;
    this.#endpointText = undefined;
    this.#firstAllowedIP = 0;
    this.#allowedIPs = undefined;
    this.#allowedIPCount = 0;
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
    this.#endpoint = fingerprint(bytes, start, end);
    const isSame = this.#endpoint === this.#recorded(ENDPOINT);
    this.#endpointText = isSame ? undefined : textOf(bytes, start, end, ENDPOINT_FORM, 'an endpoint');
  }

  allowedIP(bytes: Buffer, start: number, end: number): void {
    if (++this.#allAllowedIPs > MAX_ALLOWED_IPS) {
      throw new WireGuardError(
        'PROTOCOL',
        `more than ${MAX_ALLOWED_IPS} allowed IPs: no WireGuard device has that many`,
      );
    }
    const index = this.#allowedIPCount++;
    // Most peers have one, which needs no look at the text that there was.
    if (index === 0) {
      this.#firstAllowedIP = fingerprint(bytes, start, end);
      if (this.#firstAllowedIP === this.#recorded(FIRST_ALLOWED_IP)) return;
      this.#allowedIPs = [];
    } else if (this.#allowedIPs === undefined) {
      const before = this.#made[this.#slot]!.allowedIPs;
      if (index < before.length && spells(bytes, start, end, before[index]!)) return;
      this.#allowedIPs = before.slice(0, index);
    }
    this.#allowedIPs.push(textOf(bytes, start, end, PREFIX_FORM, 'an allowed IP'));
  }

  /** Says that the open peer's list of allowed IPs was broken off, so that what is missing is as it was before. A peer whose list
   *  has changed, or that is new, has what was read of it. */
  restOfAllowedIPsIsAsBefore(): void {
    if (this.#allowedIPs !== undefined || this.#made[this.#slot] === undefined) return;
    this.#firstAllowedIP = this.#recorded(FIRST_ALLOWED_IP);
    this.#allowedIPCount = Math.max(this.#allowedIPCount, this.#recorded(ALLOWED_IPS));
  }

  /** Ends the reading. Peers are in the order in which they first appeared: a device may list them in another order each
   *  time, as wireguard-go does. */
  end(): Peer[] {
    this.#close();
    const peers: Peer[] = [];
    for (let slot = 0; slot < this.#keys.size; slot++) {
      if (this.#seen[slot] === this.#reading) peers.push(this.#made[slot]!);
    }
    this.#forget(peers.length);
    return peers;
  }

  #recorded(field: number): number {
    return this.#records[this.#slot * RECORD + field]!;
  }

  #close(): void {
    const slot = this.#slot;
    if (slot === -1) return;
    const records = this.#records;
    const at = slot * RECORD;
    const handshake = this.#handshakeTime();
    const presharedKey = this.hasPresharedKey === undefined ? ABSENT : Number(this.hasPresharedKey);
    if (
      this.#made[slot] === undefined ||
      this.#allowedIPs !== undefined ||
      records[at + RECEIVED] !== this.receiveBytes ||
      records[at + TRANSMITTED] !== this.transmitBytes ||
      records[at + HANDSHAKE] !== handshake ||
      records[at + KEEPALIVE] !== this.persistentKeepaliveInterval ||
      records[at + PRESHARED_KEY] !== presharedKey ||
      records[at + ENDPOINT] !== this.#endpoint ||
      records[at + FIRST_ALLOWED_IP] !== this.#firstAllowedIP ||
      records[at + ALLOWED_IPS] !== this.#allowedIPCount
    ) {
      this.#made[slot] = this.#make(this.#made[slot], handshake);
      records[at + RECEIVED] = this.receiveBytes;
      records[at + TRANSMITTED] = this.transmitBytes;
      records[at + HANDSHAKE] = handshake;
      records[at + KEEPALIVE] = this.persistentKeepaliveInterval;
      records[at + PRESHARED_KEY] = presharedKey;
      records[at + ENDPOINT] = this.#endpoint;
      records[at + FIRST_ALLOWED_IP] = this.#firstAllowedIP;
      records[at + ALLOWED_IPS] = this.#allowedIPCount;
    }
    this.#slot = -1;
  }

  #make(previous: Peer | undefined, handshake: number): Peer {
    return {
      publicKey: previous?.publicKey ?? this.#publicKey,
      hasPresharedKey: this.hasPresharedKey,
      endpoint: this.#endpoint === 0 ? undefined : (this.#endpointText ?? previous?.endpoint),
      allowedIPs: this.#allowedIPs ?? sameLength(previous?.allowedIPs, this.#allowedIPCount),
      lastHandshakeTime: handshake === ABSENT ? undefined : handshake,
      receiveBytes: this.receiveBytes,
      transmitBytes: this.transmitBytes,
      persistentKeepaliveInterval:
        this.persistentKeepaliveInterval === 0 ? undefined : this.persistentKeepaliveInterval,
    };
  }

  #handshakeTime(): number {
    if (this.handshakeSeconds === 0 && this.handshakeNanoseconds === 0) return ABSENT;
    const given = this.handshakeSeconds * 1000 + Math.floor(this.handshakeNanoseconds / 1e6);
    if (given >= FIRST_TIME || this.#now < FIRST_TIME) return given;
    this.givesAges = true;
    const time = this.#now - given;
    const before = this.#made[this.#slot] === undefined ? ABSENT : this.#recorded(HANDSHAKE);
    return before !== ABSENT && time <= before + AGE_JITTER ? before : time;
  }

  #grow(): void {
    const capacity = Math.max(64, 2 * this.#seen.length);
    const [records, seen] = [new Float64Array(RECORD * capacity), new Uint32Array(capacity)];
    records.set(this.#records);
    seen.set(this.#seen);
    this.#records = records;
    this.#seen = seen;
  }

  /** Drops peers that are gone, once they are many: it costs as much as a reading. */
  #forget(present: number): void {
    if (this.#keys.size - present <= 64 + present / 4) return;
    const kept: number[] = [];
    for (let slot = 0; slot < this.#keys.size; slot++) if (this.#seen[slot] === this.#reading) kept.push(slot);
    this.#keys.keep(kept);
    for (const [slot, before] of kept.entries()) {
      this.#records.copyWithin(slot * RECORD, before * RECORD, (before + 1) * RECORD);
      this.#made[slot] = this.#made[before];
    }
    this.#made.length = kept.length;
    this.#seen.fill(this.#reading, 0, kept.length).fill(0, kept.length);
    this.#records.fill(0, kept.length * RECORD);
  }
}

const IPV4 = '\\d{1,3}(?:\\.\\d{1,3}){3}';
const IPV6 = '(?=[0-9a-f:.]{2,45}[\\]/%])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\\.\\d{1,3}){3})?';
const ENDPOINT_FORM = new RegExp(`^(?:${IPV4}|\\[${IPV6}(?:%[\\w.-]{1,15})?\\]):\\d{1,5}$`);
const PREFIX_FORM = new RegExp(`^(?:${IPV4}|${IPV6})/\\d{1,3}$`);

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
