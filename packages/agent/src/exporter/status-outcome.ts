import type { HttpAnswer } from './http-client.js';
import { retryDelayOf } from './retry-after.js';
import type { Outcome } from './transport.js';

/** What may work when it is sent again: also what a server says that is busy or in trouble, unlike with OTLP. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What an answer means by its status alone, as most servers have it.
 *
 *  @param said what else is to be told. Empty: nothing
 *  @param lasting statuses that stay until somebody sets the server up otherwise, or us */
export function statusOutcome({ status, headers }: HttpAnswer, said: string, lasting: readonly number[] = []): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent', rejectedItems: 0, message: '' };
  const [reason, message] = [`http_${status}`, [`HTTP ${status}`, said].filter(Boolean).join(': ')];
  if (!RETRYABLE.has(status)) return { kind: 'refused', reason, message, lasting: lasting.includes(status) };
  return { kind: 'failed', reason, message, retryDelay: retryDelayOf(headers['retry-after']), connected: true };
}
