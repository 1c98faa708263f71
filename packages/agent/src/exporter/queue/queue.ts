import type { EncodedRequest } from '../../otlp/request.js';
import type { Count } from '../ledger.js';

/** Requests that wait to be sent, in order. When they are too many bytes the oldest go, but not the one that was taken. It gives
 *  the bytes of requests back itself. */
export interface Queue {
  readonly isEmpty: boolean;
  /** Of what waits. */
  readonly bytes: number;
  /** Of what waits in memory alone. */
  readonly memoryBytes: number;
  /** What outlives the process. `undefined`: nothing ever does. */
  readonly stored: Stored | undefined;
  /** To be called once, before all else. */
  connect(listener: QueueListener): void;
  /** Takes up what there is from before.
   *
   *  @param after what has to be over before */
  open(after: Promise<unknown>): void;
  push(request: EncodedRequest): void;
  /** The oldest. It is the queue's as before until it is removed. `undefined`: there is none, or it can't be had just now. */
  take(): Promise<EncodedRequest | undefined>;
  /** Removes what was taken: somebody else has it now, or nobody wants it. */
  remove(): Promise<void>;
  /** Ends, and returns what is lost by it: how many items each request has. */
  close(): Promise<readonly number[]>;
}

export interface Stored {
  readonly requests: number;
  /** As they are on disk: compressed, in blocks. */
  readonly bytes: number;
  /** Why nothing can be written, or read, at present. `undefined`: it can. */
  readonly problem: string | undefined;
}

export interface QueueListener {
  /** Requests were found that are from before. That it got on is said later. */
  restored(found: Count): void;
  /** A request is lost. */
  dropped(items: number, reason: string, message: string): void;
  /** It took something in, or could not. */
  progressed(): void;
}
