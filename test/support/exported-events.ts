import type { OtlpAttribute, OtlpRequest } from './otlp-json.js';

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A log record that a Collector has written to its file. */
export interface ExportedEvent {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly body: string;
  readonly severity: number;
  readonly attributes: Attributes;
  /** Empty: it belongs to no span. */
  readonly spanId: string;
}

/** A span that a Collector has written to its file. Times are in milliseconds since the epoch. */
export interface ExportedSpan {
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it is a root. */
  readonly parentSpanId: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly time: number; readonly attributes: Attributes }[];
  /** Span ids. */
  readonly links: readonly string[];
  readonly failed: boolean;
}

/** All events, in the order they were written. */
export function exportedEvents(requests: readonly OtlpRequest[]): ExportedEvent[] {
  return requests
    .flatMap(({ resourceLogs = [] }) => resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ logRecords }) => logRecords)
    .map(({ eventName = '', timeUnixNano = '0', body, severityNumber = 0, attributes = [], spanId = '' }) => ({
      name: eventName,
      time: Number(timeUnixNano) / 1e6,
      body: body?.stringValue ?? '',
      severity: severityNumber,
      attributes: toAttributes(attributes),
      spanId,
    }));
}

/** All spans, in the order they were written. */
export function exportedSpans(requests: readonly OtlpRequest[]): ExportedSpan[] {
  return requests
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map((span) => ({
      name: span.name,
      kind: span.kind ?? 0,
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId ?? '',
      start: Number(span.startTimeUnixNano) / 1e6,
      end: Number(span.endTimeUnixNano) / 1e6,
      attributes: toAttributes(span.attributes ?? []),
      events: (span.events ?? []).map(({ name, timeUnixNano, attributes = [] }) => ({
        name,
        time: Number(timeUnixNano) / 1e6,
        attributes: toAttributes(attributes),
      })),
      links: (span.links ?? []).map(({ spanId }) => spanId),
      failed: span.status?.code === 2,
    }));
}

function toAttributes(attributes: readonly OtlpAttribute[]): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, toValue(value)]));
}

function toValue(value: OtlpAttribute['value']): Attributes[string] {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(({ stringValue = '' }) => stringValue);
  return value.stringValue ?? value.doubleValue ?? value.boolValue;
}
