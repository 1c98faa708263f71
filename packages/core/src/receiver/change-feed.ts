import type { DiagLogger } from '@opentelemetry/api';
import type { Change } from '../state/change.js';
import { ChangeQueue, type Changes } from './change-queue.js';

export type ChangeListener = (change: Change) => void;

export interface ChangesOptions {
  /** Ends the iteration. Default: none does. */
  readonly signal?: AbortSignal | undefined;
  /** How many changes wait to be taken before the oldest go. Default: 10 000. */
  readonly limit?: number | undefined;
}

/** Tells whoever wants to know what changed. */
export class ChangeFeed {
  readonly #log: DiagLogger;
  readonly #listeners = new Set<{ readonly call: ChangeListener }>();
  readonly #queues = new Set<ChangeQueue>();

  constructor(log: DiagLogger) {
    this.#log = log;
  }

  subscribe(listener: ChangeListener): () => void {
    const entry = { call: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  iterate({ signal, limit = 10_000 }: ChangesOptions): Changes {
    const queue = new ChangeQueue(limit, () => {
      this.#queues.delete(queue);
      signal?.removeEventListener('abort', end);
    });
    const end = (): void => queue.end();
    this.#queues.add(queue);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
    return queue;
  }

  tell(changes: readonly Change[]): void {
    for (const queue of this.#queues) queue.push(changes);
    for (const { call } of this.#listeners) {
      let trouble: { readonly error: unknown } | undefined;
      for (const change of changes) {
        try {
          call(change);
        } catch (error) {
          trouble ??= { error };
        }
      }
      if (trouble !== undefined) this.#log.error('a listener for changes threw', trouble.error);
    }
  }

  /** There will be no more. */
  end(): void {
    for (const queue of this.#queues) queue.end();
  }
}
