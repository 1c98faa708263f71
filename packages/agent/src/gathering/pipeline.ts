import { setImmediate } from 'node:timers/promises';
import type { FanOut } from '../exporter/fan-out.js';
import { encodeBatches } from './batches.js';
import type { Gatherer } from './gatherer.js';

/** Hands over what was gathered, in requests. */
export class GatheredPipeline<T> {
  readonly #gatherer: Gatherer<T>;
  readonly #serialize: (items: T[]) => Uint8Array | undefined;
  #taker: FanOut | undefined;
  #listeners: readonly ((items: readonly T[]) => void)[] = [];

  constructor(gatherer: Gatherer<T>, serialize: (items: T[]) => Uint8Array | undefined) {
    this.#gatherer = gatherer;
    this.#serialize = serialize;
  }

  /** Says where to send to from now on. With nowhere, nothing is gathered.
   *
   *  @param listeners get the items as they are */
  connect(taker: FanOut | undefined, listeners: readonly ((items: readonly T[]) => void)[] = []): void {
    this.#taker = taker;
    this.#listeners = listeners;
    this.#gatherer.wanted = taker !== undefined || listeners.length > 0;
  }

  /** Waits as long as the takers want it to. */
  async push(): Promise<void> {
    const { items, dropped } = this.#gatherer.take();
    if (dropped > 0) this.#taker?.leaveOut(dropped, 'gathering_full');
    for (const listener of this.#listeners) listener(items);
    if (this.#taker === undefined) return;
    for (const request of encodeBatches(items, this.#serialize)) {
      await this.#taker.enqueue(request);
      await setImmediate();
    }
  }
}
