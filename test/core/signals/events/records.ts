import { diag, trace, type DiagLogger } from '@opentelemetry/api';
import type { Change, EventLoggerProvider, EventRecord } from '@wgotel/core';

/** Keeps what is emitted. */
export function recorder(): { readonly provider: EventLoggerProvider; readonly records: EventRecord[] } {
  const records: EventRecord[] = [];
  return { records, provider: { getLogger: () => ({ emit: (record) => void records.push(record) }) } };
}

/** Keeps what is logged, as `level: message`. */
export function lines(): { readonly log: DiagLogger; readonly said: string[] } {
  const said: string[] = [];
  const level =
    (name: string) =>
    (message: string): unknown =>
      said.push(`${name}: ${message}`);
  const log = { error: level('error'), warn: level('warn'), info: level('info') };
  return { said, log: Object.assign(diag.createComponentLogger({ namespace: 'test' }), log) };
}

/** A record in a few lines, times as milliseconds since `epoch`. */
export function rendered(
  { eventName, timestamp, observedTimestamp, severityNumber, body, attributes, context }: EventRecord,
  epoch: number,
): string {
  const millis = ([seconds, nanos]: readonly [number, number]): number => seconds * 1000 + nanos / 1e6 - epoch;
  const span = trace.getSpanContext(context);
  return [
    `${eventName} ${severityNumber} at ${millis(timestamp)} seen at ${millis(observedTimestamp)}`,
    `  ${body}`,
    ...Object.entries(attributes).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`),
    ...(span === undefined ? [] : [`  span: ${span.traceId} ${span.spanId} ${span.traceFlags}`]),
    '',
  ].join('\n');
}

/** A change of a type, as tables of changes write it. */
export type ChangeOf<T extends Change['type']> = Extract<Change, { readonly type: T }>;
