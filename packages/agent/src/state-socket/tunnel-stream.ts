import type { TunnelView } from '@wgotel/core';
import { VERSION } from '../version.js';

/** Of the format of docs/state-socket.md: raised when those who read an earlier one would misread it. */
const FORMAT_VERSION = 1;

/** Tunnels between two pauses. */
const BATCH = 256;
/** Bytes that are put into one buffer, about. */
const PIECE = 64 << 10;

/** What the tunnels are at a moment. */
export interface Tunnels {
  readonly views: readonly TunnelView[];
  /** When WireGuard was read, in milliseconds since the epoch. `undefined`: it was not yet. */
  readonly time: number | undefined;
}

/** Writes tunnels as lines of JSON: all of them for whoever begins to read, and what changed for the others. Each is written
 *  once, however many read it. */
export class TunnelStream {
  /** What was written last, with the short key that stands for it. */
  #keys: ReadonlyMap<TunnelView, number> = new Map();
  #lastKey = 0;
  #sequence = 0;
  #time: number | undefined;
  #all: readonly Buffer[] | undefined;
  #views: readonly TunnelView[] | undefined;

  /** Whether this is what was written last. */
  isOf(views: readonly TunnelView[]): boolean {
    return views === this.#views;
  }

  /** Writes what is otherwise than the last time, and the end of the frame. */
  *advance({ views, time }: Tunnels): Generator<void, readonly Buffer[]> {
    const pieces = new Pieces();
    const removed = new Map<string, number>();
    const now = new Set(views);
    let count = 0;
    for (const [view, key] of this.#keys) {
      if (!now.has(view)) removed.set(identityOf(view), key);
      if (++count % BATCH === 0) yield;
    }
    const keys = new Map<TunnelView, number>();
    for (const view of views) {
      let key = this.#keys.get(view);
      if (key === undefined) {
        const identity = identityOf(view);
        key = removed.get(identity) ?? ++this.#lastKey;
        removed.delete(identity);
        pieces.add({ type: 'tunnel', key, tunnel: view });
      }
      keys.set(view, key);
      if (++count % BATCH === 0) yield;
    }
    for (const key of removed.values()) pieces.add({ type: 'removed', key });
    this.#views = views;
    this.#keys = keys;
    this.#sequence++;
    this.#time = time;
    this.#all = undefined;
    pieces.add(this.#frame());
    return pieces.end();
  }

  /** Writes everything there is.
   *
   *  @param interval milliseconds within which the next frame is due */
  *all(interval: number): Generator<void, readonly Buffer[]> {
    if (this.#all !== undefined) return this.#all;
    const pieces = new Pieces();
    pieces.add({ type: 'header', version: FORMAT_VERSION, agent: VERSION, sequence: this.#sequence, interval });
    let count = 0;
    for (const [tunnel, key] of this.#keys) {
      pieces.add({ type: 'tunnel', key, tunnel });
      if (++count % BATCH === 0) yield;
    }
    pieces.add(this.#frame());
    return (this.#all = pieces.end());
  }

  #frame(): object {
    return { type: 'frame', sequence: this.#sequence, time: this.#time };
  }
}

/** Lines, gathered into buffers of a handy size. */
class Pieces {
  readonly #done: Buffer[] = [];
  #text = '';

  add(message: object): void {
    this.#text += `${JSON.stringify(message)}\n`;
    if (this.#text.length >= PIECE) this.#flush();
  }

  end(): readonly Buffer[] {
    if (this.#text !== '') this.#flush();
    return this.#done;
  }

  #flush(): void {
    this.#done.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

function identityOf({ netns, interface: name, peerId }: TunnelView): string {
  return `${netns ?? ''} ${name} ${peerId}`;
}
