import type { IncomingHttpHeaders } from 'node:http';
import { toSent } from '../otlp-grpc/outcome.js';
import type { Failed, Outcome, Sent } from '../transport.js';

/** What may work when it is sent again.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Nobody should be able to silence an agent for longer, in milliseconds. */
const LONGEST_RETRY_DELAY = 10 * 60_000;

/** So much of what a server says is passed on, in characters. */
const LONGEST_MESSAGE = 200;

const HINTS: Readonly<Record<number, string>> = {
  401: 'does the server want a header such as authorization?',
  404: 'is this the address of an OTLP/HTTP receiver? /v1/metrics is added to endpoint, and not to metrics_endpoint',
  413: 'the server takes smaller requests only: raise max_request_body_size there',
  415: 'the server does not know this encoding: try the other one of proto and json',
};

/** Reads an answer. */
export function toOutcome(status: number, headers: IncomingHttpHeaders, body: Buffer): Outcome {
  const isJson = String(headers['content-type']).startsWith('application/json');
  if (status >= 200 && status < 300) return isJson ? sentOfJson(body) : toSent(body);
  const said = messageOf(headers, body);
  const hint = HINTS[status];
  const message = [`HTTP ${status}`, said, hint].filter(Boolean).join(': ');
  const reason = `http_${status}`;
  if (!RETRYABLE.has(status)) return { kind: 'refused', reason, message };
  return { kind: 'failed', reason, message, retryDelay: retryDelayOf(headers['retry-after']), connected: true };
}

function sentOfJson(body: Buffer): Sent {
  try {
    const { partialSuccess } = JSON.parse(body.toString() || '{}') as PartialSuccess;
    const rejectedPoints = Number(partialSuccess?.rejectedDataPoints ?? 0) || 0;
    return { kind: 'sent', rejectedPoints, message: textOf(partialSuccess?.errorMessage) };
  } catch {
    return { kind: 'sent', rejectedPoints: 0, message: "its response can't be read: it is no JSON" };
  }
}

interface PartialSuccess {
  readonly partialSuccess?: { readonly rejectedDataPoints?: unknown; readonly errorMessage?: unknown };
}

/** What a server says beside the status; the body is a `google.rpc.Status`, or whatever a proxy writes. */
function messageOf(headers: IncomingHttpHeaders, body: Buffer): string {
  const type = String(headers['content-type']);
  if (type.startsWith('application/json')) {
    try {
      const { message } = JSON.parse(body.toString()) as { message?: unknown };
      return textOf(message).slice(0, LONGEST_MESSAGE);
    } catch {
      return '';
    }
  }
  if (!type.startsWith('text/plain')) return '';
  return body.toString('utf8').trim().slice(0, LONGEST_MESSAGE);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Seconds, or a date. `undefined`: the server does not ask. */
function retryDelayOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const millis = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  // "At once" would let a server that is in trouble spin us.
  return millis > 0 ? Math.min(millis, LONGEST_RETRY_DELAY) : undefined;
}

/** Reads what kept a request from being answered. */
export function toFailure(error: unknown): Failed {
  const { name, code = '', message } = error as NodeJS.ErrnoException;
  const isTimeout = name === 'TimeoutError' || /TIMEOUT/.test(code);
  return {
    kind: 'failed',
    reason: isTimeout ? 'deadline_exceeded' : 'unavailable',
    message: isTimeout
      ? 'no answer in time'
      : (code && !message.includes(code) ? `${code} ${message}` : message).trim(),
    hint: 'does a Collector listen there? http:// is plain text and https:// is TLS; port 4318 is for OTLP/HTTP, 4317 for OTLP/gRPC',
    retryDelay: undefined,
    connected: isTimeout,
  };
}
