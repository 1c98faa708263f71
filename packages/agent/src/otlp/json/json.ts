import protobuf from 'protobufjs/light.js';
import { bySignal, type Signal } from '../../signal.js';
import { MESSAGES } from './messages.js';

const NAMES = { metrics: 'MetricsRequest', logs: 'LogsRequest', traces: 'TracesRequest' } as const;

const root = protobuf.Root.fromJSON({ nested: { ...MESSAGES } });
const REQUESTS = bySignal((signal) => root.lookupType(NAMES[signal]));

/** These are hexadecimal, where protobuf's own JSON has base64. */
const IDS: ReadonlySet<string> = new Set(['traceId', 'spanId', 'parentSpanId']);

/** Turns an encoded request into OTLP JSON: names in lower camel case, 64-bit integers as strings, ids in hexadecimal.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function toJson(bytes: Uint8Array, signal: Signal): string {
  const type = REQUESTS[signal];
  return JSON.stringify(type.toObject(type.decode(bytes), { longs: String, bytes: String }), (key, value: unknown) =>
    IDS.has(key) ? Buffer.from(String(value), 'base64').toString('hex') : value,
  );
}
