import type { EncodedRequest } from '../otlp/metrics-encoder.js';

export interface Count {
  readonly requests: number;
  readonly points: number;
}

/** What became of everything that was to be sent: `enqueued` is always the sum of the others. */
export interface Deliveries {
  readonly enqueued: Count;
  readonly sent: Count;
  readonly queued: Count;
  /** By reason. Of a request that was taken in part, only points are here. */
  readonly dropped: Readonly<Record<string, Count>>;
}

const NONE: Count = { requests: 0, points: 0 };

/** Keeps the accounts of a sender. */
export class Ledger {
  #enqueued = NONE;
  #sent = NONE;
  #queued = NONE;
  readonly #dropped = new Map<string, Count>();

  get deliveries(): Deliveries {
    return {
      enqueued: this.#enqueued,
      sent: this.#sent,
      queued: this.#queued,
      dropped: Object.fromEntries(this.#dropped),
    };
  }

  enqueue({ points }: EncodedRequest): void {
    this.#enqueued = sum(this.#enqueued, 1, points);
    this.#queued = sum(this.#queued, 1, points);
  }

  sent({ points }: EncodedRequest, rejectedPoints: number): void {
    this.#queued = sum(this.#queued, -1, -points);
    this.#sent = sum(this.#sent, 1, points - rejectedPoints);
    if (rejectedPoints > 0) this.#drop('partial_success', 0, rejectedPoints);
  }

  dropped({ points }: EncodedRequest, reason: string): void {
    this.#queued = sum(this.#queued, -1, -points);
    this.#drop(reason, 1, points);
  }

  #drop(reason: string, requests: number, points: number): void {
    this.#dropped.set(reason, sum(this.#dropped.get(reason) ?? NONE, requests, points));
  }
}

function sum(count: Count, requests: number, points: number): Count {
  return { requests: count.requests + requests, points: count.points + points };
}
