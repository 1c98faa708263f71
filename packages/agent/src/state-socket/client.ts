import type { ServerResponse } from 'node:http';

/** How far a client may be behind the changes, in bytes. */
const FARTHEST_BEHIND = 4 << 20;
/** Within which a client must have taken all there was at some moment, in milliseconds. */
const LONGEST_BEHIND = 60_000;

/** One that reads: gets the same buffers as all others, as fast as it takes them. */
export class Client {
  readonly #response: ServerResponse;
  readonly #onDropped: () => void;
  readonly #now: () => number;
  readonly #queue: Buffer[] = [];
  #isDropped = false;
  /** Bytes of changes that wait. */
  #behind = 0;
  /** When the queue was empty last. */
  #caughtUp: number;
  /** Pieces at the front of the queue that are not changes but what there was at the beginning. */
  #first = 0;
  #ends = false;

  /** @param now milliseconds, on a clock that never steps */
  constructor(response: ServerResponse, onDropped: () => void, now: () => number = () => performance.now()) {
    this.#response = response.on('drain', () => this.#pump()).on('error', () => undefined);
    this.#onDropped = onDropped;
    this.#now = now;
    this.#caughtUp = now();
  }

  /** Gives it all there is. */
  begin(pieces: readonly Buffer[]): void {
    this.#first = pieces.length;
    this.#queue.push(...pieces);
    this.#caughtUp = this.#now();
    this.#pump();
  }

  /** Gives it what changed. One that is too far behind is cut off: it can come again and get all there is. */
  push(pieces: readonly Buffer[]): void {
    this.#queue.push(...pieces);
    for (const { length } of pieces) this.#behind += length;
    this.#pump();
    const isSlow = this.#queue.length > 0 && this.#now() - this.#caughtUp > LONGEST_BEHIND;
    if (!this.#isDropped && (isSlow || this.#behind > FARTHEST_BEHIND)) {
      this.#isDropped = true;
      this.#response.destroy();
      this.#onDropped();
    }
  }

  /** Ends the answer, once it has taken what it was given. */
  end(): void {
    this.#ends = true;
    this.#pump();
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#response.writableNeedDrain) {
      const piece = this.#queue.shift()!;
      if (this.#first > 0) this.#first--;
      else this.#behind -= piece.length;
      this.#response.write(piece);
    }
    if (this.#queue.length > 0) return;
    this.#caughtUp = this.#now();
    if (this.#ends) this.#response.end();
  }
}
