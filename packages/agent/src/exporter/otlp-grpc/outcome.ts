import { status, type ServiceError } from '@grpc/grpc-js';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import type { Outcome, Sent } from '../transport.js';
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

/** Nobody should be able to silence an agent for longer, in milliseconds. */
const LONGEST_RETRY_DELAY = 10 * 60_000;

const NO_CONNECTION_HINT =
  'does a Collector listen there? http:// is plain text and https:// is TLS; port 4317 is for OTLP/gRPC, 4318 for OTLP/HTTP';

/** Reads an `ExportMetricsServiceResponse`. */
export function toSent(response: Uint8Array): Sent {
  try {
    const { partialSuccess } = ProtobufMetricsSerializer.deserializeResponse(response);
    const { rejectedDataPoints = 0, errorMessage = '' } = partialSuccess ?? {};
    return { kind: 'sent', rejectedPoints: rejectedDataPoints, message: errorMessage };
  } catch (error) {
    return { kind: 'sent', rejectedPoints: 0, message: `its response can't be read: ${(error as Error).message}` };
  }
}

/** Reads a failed call.
 *
 *  @param connected whether there is a connection */
export function toFailure({ code, details, metadata }: ServiceError, connected: boolean): Outcome {
  const reason = (status[code] ?? 'unknown').toLowerCase();
  const [trailer] = metadata?.get('grpc-status-details-bin') ?? [];
  const asked = trailer instanceof Buffer ? parseRetryDelay(trailer) : undefined;
  const retryable = RETRYABLE.has(code) || (code === status.RESOURCE_EXHAUSTED && asked !== undefined);
  const message = tidy(details);
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
