import { randomInt } from 'node:crypto';
import { WireGuardError } from '../errors.js';

/** The kernel's own limit for one device (MAX_PEERS_PER_DEVICE in its messages.h). */
const MAX_PEERS = 1 << 20;

/** Words of 32 bits that a key has. */
const WORDS = 8;

/** Slots there is room for at first: a power of two. */
const CAPACITY = 64;

/** Gives each 32-byte key a slot, a small whole number that stays the same. An open-addressing table of bytes, so that no
 *  string is made to look a key up. */
export class KeyTable {
  /** The key to look up. */
  readonly key: Uint8Array = new Uint8Array(4 * WORDS);
  readonly #keyWords = new Uint32Array(this.key.buffer);
  /** The keys by slot. */
  #words = new Uint32Array(WORDS * CAPACITY);
  /** Slots by where a key hashes to; -1 where there is none. At least half of it is free. */
  #slots = new Int32Array(2 * CAPACITY).fill(-1);
  #size = 0;

  /** How many slots are taken: those below it. */
  get size(): number {
    return this.#size;
  }

  /** The slot of `key`: its own, or the next one.
   *
   *  @throws {WireGuardError} `PROTOCOL`: there are more keys than any device has */
  find(): number {
    const words = this.#keyWords;
    const mask = this.#slots.length - 1;
    for (let at = hash(words, 0) & mask; ; at = (at + 1) & mask) {
      const slot = this.#slots[at]!;
      if (slot === -1) return this.#add(at);
      const base = slot * WORDS;
      let word = 0;
      while (word < WORDS && this.#words[base + word] === words[word]) word++;
      if (word === WORDS) return slot;
    }
  }

  #add(at: number): number {
    if (this.#size === MAX_PEERS) {
      throw new WireGuardError('PROTOCOL', `more than ${MAX_PEERS} peers: no WireGuard device has that many`);
    }
    if (2 * this.#size === this.#slots.length) {
      this.#resize(2 * this.#size);
      return this.find();
    }
    const slot = this.#size++;
    this.#slots[at] = slot;
    this.#words.set(this.#keyWords, slot * WORDS);
    return slot;
  }

  /** Gives up slots: those that are kept move up, in their order. */
  keep(kept: readonly number[]): void {
    for (const [slot, before] of kept.entries()) {
      this.#words.copyWithin(slot * WORDS, before * WORDS, (before + 1) * WORDS);
    }
    this.#size = kept.length;
    this.#resize(this.#slots.length / 2);
  }

  /** @param capacity a power of two */
  #resize(capacity: number): void {
    const words = new Uint32Array(WORDS * capacity);
    words.set(this.#words.subarray(0, WORDS * this.#size));
    this.#words = words;
    this.#slots = new Int32Array(2 * capacity).fill(-1);
    const mask = this.#slots.length - 1;
    for (let slot = 0; slot < this.#size; slot++) {
      let at = hash(words, slot * WORDS) & mask;
      while (this.#slots[at] !== -1) at = (at + 1) & mask;
      this.#slots[at] = slot;
    }
  }
}

/** Peers may choose their keys, but not so that they all fall into one place of the table. */
const SEED = randomInt(2 ** 32);

/** Of the key that begins at a word. */
function hash(words: Uint32Array, start: number): number {
  let mixed = SEED;
  for (let i = start; i < start + WORDS; i++) {
    mixed = Math.imul(mixed ^ words[i]!, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}
