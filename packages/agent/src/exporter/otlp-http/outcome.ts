import { SERVICES, type ExportResponse } from '../../otlp/services.js';
import type { Signal } from '../../signal.js';
import type { HttpAnswer } from '../http-client.js';
import { retryDelayOf } from '../retry-after.js';
import { missingPipeline, toSent } from '../sent.js';
import { messageOf } from '../server-message.js';
import type { Outcome } from '../transport.js';

/** What may work when it is sent again.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const HINTS: Readonly<Record<number, string>> = {
  401: 'does the server want a header such as authorization?',
  413: 'the server takes smaller requests only: raise max_request_body_size there',
  415: 'the server does not know this encoding: try the other one of proto and json',
};

/** Reads an answer. */
export function toOutcome({ status, headers, body }: HttpAnswer, signal: Signal): Outcome {
  const isJson = String(headers['content-type']).startsWith('application/json');
  if (status >= 200 && status < 300) {
    return toSent(signal, () =>
      isJson ? (JSON.parse(body.toString() || '{}') as ExportResponse) : SERVICES[signal].readResponse(body),
    );
  }
  const said = messageOf({ headers, body });
  const hint = status === 404 ? notFoundHint(signal) : HINTS[status];
  const message = [`HTTP ${status}`, said, hint].filter(Boolean).join(': ');
  const reason = `http_${status}`;
  if (!RETRYABLE.has(status)) return { kind: 'refused', reason, message, lasting: status === 404 };
  return { kind: 'failed', reason, message, retryDelay: retryDelayOf(headers['retry-after']), connected: true };
}

function notFoundHint(signal: Signal): string {
  const address = `is this the address of an OTLP/HTTP receiver? /v1/${signal} is added to endpoint, and not to ${signal}_endpoint`;
  return `${address}; ${missingPipeline(signal)}`;
}
