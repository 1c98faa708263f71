import { WireGuardError } from '../errors.js';

/** `wg show all dump` puts all allowed IPs of a peer on one line; this holds some 400 000 of them. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Cuts a stream of bytes into whole lines without copying them into strings.
 *
 *  The bytes hold private keys: they live in this one buffer, are overwritten by what follows, and `clear` zeroes them. */
export class LineBuffer {
  #bytes: Buffer;
  #used = 0;
  readonly #parse: (bytes: Buffer, end: number) => void;

  /** @param parse takes whole lines: `bytes` from 0 up to `end`, the last of them a newline */
  constructor(parse: (bytes: Buffer, end: number) => void, size: number = 128 * 1024) {
    this.#bytes = Buffer.alloc(size);
    this.#parse = parse;
  }

  /** Where the next bytes go; tell {@link commit} how many were written. */
  space(): Buffer {
    return this.#bytes.subarray(this.#used);
  }

  /** @throws {WireGuardError} `PROTOCOL` for a line beyond all measure, or whatever `parse` throws */
  commit(count: number): void {
    const used = this.#used + count;
    const newline = this.#bytes.subarray(this.#used, used).lastIndexOf(10);
    if (newline === -1) {
      this.#used = used;
      if (used === this.#bytes.length) this.#grow();
      return;
    }
    const end = this.#used + newline + 1;
    this.#parse(this.#bytes, end);
    this.#bytes.copyWithin(0, end, used);
    this.#used = used - end;
  }

  /** Takes a chunk that somebody else allocated, and zeroes it. */
  write(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length;) {
      const copied = chunk.copy(this.space(), 0, offset);
      offset += copied;
      this.commit(copied);
    }
    chunk.fill(0);
  }

  /** No more bytes come.
   *
   *  @throws {WireGuardError} `PROTOCOL` if the last line has no end */
  end(): void {
    if (this.#used > 0) throw new WireGuardError('PROTOCOL', 'the output breaks off in the middle of a line');
  }

  clear(): void {
    this.#bytes.fill(0);
    this.#used = 0;
  }

  #grow(): void {
    if (this.#bytes.length >= LONGEST_LINE) {
      throw new WireGuardError(
        'PROTOCOL',
        `a line is longer than ${LONGEST_LINE} bytes: this is not WireGuard's output`,
      );
    }
    const larger = Buffer.alloc(this.#bytes.length * 2);
    this.#bytes.copy(larger);
    this.#bytes.fill(0);
    this.#bytes = larger;
  }
}
