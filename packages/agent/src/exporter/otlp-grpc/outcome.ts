import { status, type ServiceError } from '@grpc/grpc-js';
import type { Signal } from '../../signal.js';
import { LONGEST_RETRY_DELAY } from '../retry-after.js';
import { missingPipeline } from '../sent.js';
import type { Outcome } from '../transport.js';
import { parseRetryDelay } from './retry-info.js';

/** What may work when it is sent again. RESOURCE_EXHAUSTED belongs here only if the server says when.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#failures */
const RETRYABLE: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

const NO_CONNECTION_HINT =
  'does a Collector listen there? http:// is plain text and https:// is TLS; port 4317 is for OTLP/gRPC, 4318 for OTLP/HTTP';

/** Reads a failed call.
 *
 *  @param connected whether there is a connection */
export function toFailure({ code, details, metadata }: ServiceError, signal: Signal, connected: boolean): Outcome {
  const reason = (status[code] ?? 'unknown').toLowerCase();
  const [trailer] = metadata?.get('grpc-status-details-bin') ?? [];
  const asked = trailer instanceof Buffer ? parseRetryDelay(trailer) : undefined;
  const retryable = RETRYABLE.has(code) || (code === status.RESOURCE_EXHAUSTED && asked !== undefined);
  const message = tidy(details);
  if (code === status.UNIMPLEMENTED) {
    return { kind: 'refused', reason, message: `${message}: ${missingPipeline(signal)}`, lasting: true };
  }
  if (!retryable) return { kind: 'refused', reason, message };
  // "At once" would let a server that is in trouble spin us.
  const retryDelay = asked ? Math.min(asked, LONGEST_RETRY_DELAY) : undefined;
  const hint = connected ? undefined : NO_CONNECTION_HINT;
  return { kind: 'failed', reason, message, hint, retryDelay, connected };
}

/** Cuts the end that grpc-js writes without having anything to say there. */
function tidy(details: string): string {
  return details
    .replace(/\. Resolution note: $/, '')
    .trimEnd()
    .replace(/:$/, '');
}
