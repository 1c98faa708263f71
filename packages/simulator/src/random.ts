import { createHash } from 'node:crypto';

const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/**
 * Gives reproducible random numbers (xoshiro128++, https://prng.di.unimi.it/). Not for secrets that matter.
 */
export class Random {
  readonly #seed: string;
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  constructor(seed: number | string) {
    this.#seed = `${seed}`;
    const digest = createHash('sha256').update(this.#seed).digest();
    this.#s0 = digest.readInt32LE(0);
    this.#s1 = digest.readInt32LE(4);
    this.#s2 = digest.readInt32LE(8);
    this.#s3 = digest.readInt32LE(12);
  }

  /** Returns a generator of its own for a purpose: draws from one do not shift the other. */
  fork(purpose: string): Random {
    return new Random(`${this.#seed}/${purpose}`);
  }

  /** Returns an integer from 0 to 2^32 - 1. */
  uint32(): number {
    const result = (rotateLeft((this.#s0 + this.#s3) | 0, 7) + this.#s0) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = rotateLeft(this.#s3, 11);
    return result;
  }

  /** Returns a number from `low` to below `high`. */
  between(low: number, high: number): number {
    return low + (this.uint32() / 2 ** 32) * (high - low);
  }

  /** Returns an integer from 0 to below `limit`. */
  integer(limit: number): number {
    return Math.floor(this.between(0, limit));
  }

  /** Returns true with the given probability. */
  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  /** Returns `length` random bytes. */
  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let offset = 0; offset < length; offset += 4) {
      const size = Math.min(4, length - offset);
      bytes.writeUIntLE(this.uint32() % 2 ** (8 * size), offset, size);
    }
    return bytes;
  }

  /** Puts the elements into random order, in place. */
  shuffle(values: Uint32Array): Uint32Array {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const kept = values[last] as number;
      values[last] = values[other] as number;
      values[other] = kept;
    }
    return values;
  }
}
