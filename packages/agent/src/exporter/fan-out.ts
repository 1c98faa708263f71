import type { EncodedRequest } from '../otlp/request.js';
import type { Sender } from './sender.js';

/** Hands each request to several senders, which share its bytes. */
export class FanOut {
  readonly #senders: readonly Sender[];

  constructor(senders: readonly Sender[]) {
    this.#senders = senders;
  }

  /** The promise makes the caller wait while much is under way to all of them: the fastest sets the pace, and whoever can't
   *  keep up drops what its own queue does not hold. */
  async enqueue({ bytes, items, release }: EncodedRequest): Promise<void> {
    let users = this.#senders.length;
    if (users === 0) {
      release();
      return;
    }
    const shared = { bytes, items, release: (): void => void (--users === 0 && release()) };
    await Promise.race(this.#senders.map((sender) => sender.enqueue(shared)));
  }

  /** Counts items that are sent to none of them. */
  leaveOut(items: number, reason: string): void {
    for (const sender of this.#senders) sender.leaveOut(items, reason);
  }
}
