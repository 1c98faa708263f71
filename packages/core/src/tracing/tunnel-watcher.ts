import { runInSlices } from '../model/slices.js';
import type { TunnelFeed } from '../model/tunnel.js';
import { TunnelTable } from './tunnel-table.js';

/** Longest stretch of work on a table, in milliseconds. */
const SLICE = 4;

/** Keeps a table of a feed's tunnels. One is made at a time and handed over whole; changes meanwhile make for one more. */
export class TunnelWatcher {
  readonly #feed: TunnelFeed;
  readonly #netns: string | undefined;
  readonly #onTable: (table: TunnelTable) => void;
  readonly #onError: (error: unknown) => void;
  readonly #stop: () => void;
  #table = TunnelTable.EMPTY;
  #running = false;
  #changed = false;
  #closed = false;

  constructor(
    feed: TunnelFeed,
    netns: string | undefined,
    onTable: (table: TunnelTable) => void,
    onError: (error: unknown) => void,
  ) {
    this.#feed = feed;
    this.#netns = netns;
    this.#onTable = onTable;
    this.#onError = onError;
    this.#stop = feed.onChange(() => void this.#update());
    void this.#update();
  }

  close(): void {
    this.#closed = true;
    this.#stop();
  }

  async #update(): Promise<void> {
    this.#changed = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#changed && !this.#closed) {
      this.#changed = false;
      try {
        this.#table = await runInSlices(TunnelTable.build(this.#feed.current(), this.#netns, this.#table), SLICE);
      } catch (error) {
        // What the feed can't say now must not be taken from what it said before.
        this.#table = TunnelTable.EMPTY;
        this.#onError(error);
      }
      if (!this.#closed) this.#onTable(this.#table);
    }
    this.#running = false;
  }
}
