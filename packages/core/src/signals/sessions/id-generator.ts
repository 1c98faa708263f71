import { randomBytes } from 'node:crypto';
import type { SpanIds } from '../../model/tunnel.js';

/** Makes ids for an SDK's tracer provider, which takes it as its `idGenerator`: random ones, but for spans that are told
 *  theirs. One that is shared by the provider and the receiver lets a session have the same ids after a restart. */
export class SessionIdGenerator {
  #traceId: string | undefined;
  #spanId: string | undefined;

  generateTraceId(): string {
    const id = this.#traceId ?? randomBytes(16).toString('hex');
    this.#traceId = undefined;
    return id;
  }

  generateSpanId(): string {
    const id = this.#spanId ?? randomBytes(8).toString('hex');
    this.#spanId = undefined;
    return id;
  }

  /** Gives these ids to the span that `make` starts. */
  use<T>({ traceId, spanId }: SpanIds, make: () => T): T {
    this.#traceId = traceId;
    this.#spanId = spanId;
    try {
      return make();
    } finally {
      this.#traceId = undefined;
      this.#spanId = undefined;
    }
  }
}
