import type { Overflow, Totals } from './frame.js';
import type { SavedOverflow } from './saved/format.js';
import { AT_NEXT, notAfter } from './start-time.js';
import { addTotals, noTotals, type Increment } from './totals.js';

/** Adds up what a device's folded peers do. It only ever grows, whoever is folded. */
export class OverflowTracker {
  #peers = 0;
  #startTime: number | undefined;
  #receive = 0;
  #transmit = 0;
  #totals: Totals = noTotals(0);

  /** @param clean see {@link Restoration}: otherwise the sums begin anew */
  restore({ startTime, receive, transmit, totals }: SavedOverflow, clean: boolean): void {
    this.#startTime = clean ? startTime : AT_NEXT;
    this.#receive = clean ? receive : 0;
    this.#transmit = clean ? transmit : 0;
    this.#totals = clean ? totals : noTotals(AT_NEXT);
  }

  save(): SavedOverflow | undefined {
    if (this.#startTime === undefined) return undefined;
    return { startTime: this.#startTime, receive: this.#receive, transmit: this.#transmit, totals: this.#totals };
  }

  /** One more peer is folded, or one less. The sums begin with the first. */
  count(change: 1 | -1, time: number): void {
    this.#peers += change;
    if (this.#startTime !== undefined) return;
    this.#startTime = time;
    this.#totals = noTotals(time);
  }

  add(increment: Increment): void {
    this.#totals = addTotals(this.#totals, increment);
  }

  addIo(received: number, sent: number): void {
    this.#receive += received;
    this.#transmit += sent;
  }

  /** @param time of this reading: no sum begins later */
  look(time: number): Overflow | undefined {
    if (this.#startTime === undefined) return undefined;
    this.#startTime = Math.min(this.#startTime, time);
    this.#totals = notAfter(time, this.#totals);
    const io = { startTime: this.#startTime, receive: this.#receive, transmit: this.#transmit };
    return { peers: this.#peers, io, totals: this.#totals };
  }
}
