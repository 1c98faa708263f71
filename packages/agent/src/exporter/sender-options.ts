import type { RetryConfig } from '../config/configuration.js';
import type { Queue } from './queue/queue.js';

/** What {@link SenderOptions.retry} is by default: it never gives up. */
export const RETRY: RetryConfig = {
  enabled: true,
  initialInterval: 1000,
  maxInterval: 30_000,
  multiplier: 1.5,
  randomizationFactor: 0.5,
  maxElapsedTime: 0,
};

export interface SenderOptions {
  /** Fields of every line of the log, such as what is sent. Default: none. */
  readonly about?: object | undefined;
  /** Default: {@link RETRY}. */
  readonly retry?: RetryConfig | undefined;
  /** Where requests wait. Default: in memory, 64 MiB of them before the oldest is dropped. */
  readonly queue?: Queue | undefined;
  /** Above how many bytes that wait in memory `enqueue` makes its caller wait. Default: 16 MiB. */
  readonly pressureLimit?: number | undefined;
  /** For tests: waits for milliseconds, or until the signal is aborted. Never rejects. */
  readonly sleep?: ((millis: number, signal: AbortSignal) => Promise<unknown>) | undefined;
  /** For tests: milliseconds of a clock that never steps. */
  readonly now?: (() => number) | undefined;
  /** For tests: a number from 0 to 1. */
  readonly random?: (() => number) | undefined;
}
