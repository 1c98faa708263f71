import type { EncodedRequest } from '../otlp/request.js';

export interface Count {
  readonly requests: number;
  /** Points, log records or spans. */
  readonly items: number;
}

/** What became of everything that was to be sent: `enqueued` is always the sum of the others. */
export interface Deliveries {
  readonly enqueued: Count;
  /** Of these, what was found on disk, left there by an agent before this one. */
  readonly restored: Count;
  readonly sent: Count;
  readonly queued: Count;
  /** By reason. Of a request that was taken in part, and of what no request was made of, only items are here. */
  readonly dropped: Readonly<Record<string, Count>>;
}

const NONE: Count = { requests: 0, items: 0 };

/** Keeps the accounts of a sender. */
export class Ledger {
  #enqueued = NONE;
  #restored = NONE;
  #sent = NONE;
  #queued = NONE;
  readonly #dropped = new Map<string, Count>();

  get deliveries(): Deliveries {
    return {
      enqueued: this.#enqueued,
      restored: this.#restored,
      sent: this.#sent,
      queued: this.#queued,
      dropped: Object.fromEntries(this.#dropped),
    };
  }

  enqueue({ items }: EncodedRequest): void {
    this.#enqueued = sum(this.#enqueued, 1, items);
    this.#queued = sum(this.#queued, 1, items);
  }

  restored({ requests, items }: Count): void {
    this.#enqueued = sum(this.#enqueued, requests, items);
    this.#restored = sum(this.#restored, requests, items);
    this.#queued = sum(this.#queued, requests, items);
  }

  sent({ items }: EncodedRequest, rejectedItems: number): void {
    this.#queued = sum(this.#queued, -1, -items);
    this.#sent = sum(this.#sent, 1, items - rejectedItems);
    if (rejectedItems > 0) this.#drop('partial_success', 0, rejectedItems);
  }

  dropped(items: number, reason: string): void {
    this.#queued = sum(this.#queued, -1, -items);
    this.#drop(reason, 1, items);
  }

  /** Items that no request was made of. */
  leftOut(items: number, reason: string): void {
    this.#enqueued = sum(this.#enqueued, 0, items);
    this.#drop(reason, 0, items);
  }

  #drop(reason: string, requests: number, items: number): void {
    this.#dropped.set(reason, sum(this.#dropped.get(reason) ?? NONE, requests, items));
  }
}

function sum(count: Count, requests: number, items: number): Count {
  return { requests: count.requests + requests, items: count.items + items };
}
