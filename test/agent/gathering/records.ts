import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { Gatherer, makeLoggerProvider, makeTracerProvider } from '@wgotel/agent';

const RESOURCE = { 'service.name': 'wgotel', 'host.name': 'edge' };

export interface EventGiven {
  readonly eventName?: string;
  readonly body?: string;
  /** 9: INFO, 13: WARN. */
  readonly severityNumber?: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean | string[]>>;
}

/** Log records as the SDK makes them of events. */
export function records(given: readonly EventGiven[], resource = RESOURCE): readonly ReadableLogRecord[] {
  const gatherer = new Gatherer<ReadableLogRecord>();
  gatherer.wanted = true;
  const logger = makeLoggerProvider(resource, gatherer).getLogger('@wgotel/core', '0.1.0');
  for (const { eventName = 'wireguard.peer.state.changed', body = 'peer went stale', ...rest } of given) {
    logger.emit({ eventName, body, severityNumber: 13, timestamp: new Date('2026-11-24T20:00:00.5Z'), ...rest });
  }
  return gatherer.take().items;
}

export const LINKED = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };

/** A span with an event and a link, as the SDK makes it, with ids that are given. */
export function sessionSpan(ids: { traceId: string; spanId: string }): readonly ReadableSpan[] {
  const gatherer = new Gatherer<ReadableSpan>();
  gatherer.wanted = true;
  const generator = { generateTraceId: () => ids.traceId, generateSpanId: () => ids.spanId };
  const tracer = makeTracerProvider(RESOURCE, gatherer, generator).getTracer('@wgotel/core', '0.1.0');
  const span = tracer.startSpan('wireguard.session', {
    root: true,
    startTime: 1_795_550_400_000,
    attributes: { 'wireguard.peer.id': '0123456789abcdef', count: 7 },
    links: [{ context: LINKED, attributes: { 'wireguard.link': 'previous' } }],
  });
  span.addEvent('wireguard.peer.handshake', { a: 'b' }, 1_795_550_400_001);
  span.end(1_795_550_580_000);
  return gatherer.take().items;
}
