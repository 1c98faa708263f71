import { WireGuardError } from '../../errors.js';

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines. What waits for its end is bounded. */
export class LineSplitter {
  readonly #longest: number;
  #begun: Buffer[] = [];
  #length = 0;

  /** @param longest line that is taken, in bytes */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Gives the lines that end in a chunk, without their ends.
   *
   *  @throws {WireGuardError} `PROTOCOL` for a line that is too long */
  *split(chunk: Buffer): Generator<Buffer, void> {
    let start = 0;
    for (let end; (end = chunk.indexOf(NEWLINE, start)) >= 0; start = end + 1)
      yield this.#end(chunk.subarray(start, end));
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  #add(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > this.#longest) {
      throw new WireGuardError('PROTOCOL', `a line is longer than ${this.#longest} bytes`);
    }
    this.#begun.push(piece);
  }

  #end(piece: Buffer): Buffer {
    this.#add(piece);
    const line = this.#begun.length === 1 ? piece : Buffer.concat(this.#begun, this.#length);
    this.#begun = [];
    this.#length = 0;
    return line;
  }
}
