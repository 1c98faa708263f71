import { decimal, spells } from './bytes.js';

const TAB = 9;
const NEWLINE = 10;

/** The columns of a line that is separated by tabs, counted from 0. */
export class Columns {
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  readonly #ends: number[] = [];

  /** Takes the line that begins at `start`, and returns where its newline is. */
  cut(bytes: Buffer, start: number): number {
    const ends = this.#ends;
    ends.length = 0;
    let at = start;
    for (; bytes[at] !== NEWLINE; at++) if (bytes[at] === TAB) ends.push(at);
    ends.push(at);
    this.#bytes = bytes;
    this.#start = start;
    return at;
  }

  get bytes(): Buffer {
    return this.#bytes;
  }

  get count(): number {
    return this.#ends.length;
  }

  start(column: number): number {
    return column === 0 ? this.#start : this.#ends[column - 1]! + 1;
  }

  end(column: number): number {
    return this.#ends[column]!;
  }

  /** Whether a column is this word. */
  is(column: number, word: string): boolean {
    return spells(this.#bytes, this.start(column), this.end(column), word);
  }

  /** The text of a column, as Latin-1, or the beginning of it. */
  text(column: number, longest: number): string {
    const start = this.start(column);
    return this.#bytes.toString('latin1', start, Math.min(this.end(column), start + longest));
  }

  /** The whole number in a column, or -1 if there is none. */
  number(column: number): number {
    return decimal(this.#bytes, this.start(column), this.end(column));
  }
}
