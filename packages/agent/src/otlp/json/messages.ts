import type protobuf from 'protobufjs/light.js';

type Field = protobuf.IField;
const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ rule: 'repeated', type, id });

/** The messages of OTLP, as far as an agent sends them.
 *  Source: https://github.com/open-telemetry/opentelemetry-proto, the files in common/v1, resource/v1, metrics/v1, logs/v1 and
 *  trace/v1 */
export const MESSAGES: Readonly<Record<string, protobuf.IType>> = {
  MetricsRequest: { fields: { resourceMetrics: many('ResourceMetrics', 1) } },
  LogsRequest: { fields: { resourceLogs: many('ResourceLogs', 1) } },
  TracesRequest: { fields: { resourceSpans: many('ResourceSpans', 1) } },
  ResourceLogs: {
    fields: { resource: one('Resource', 1), scopeLogs: many('ScopeLogs', 2), schemaUrl: one('string', 3) },
  },
  ScopeLogs: { fields: { scope: one('Scope', 1), logRecords: many('LogRecord', 2), schemaUrl: one('string', 3) } },
  LogRecord: {
    fields: {
      timeUnixNano: one('fixed64', 1),
      severityNumber: one('int32', 2),
      severityText: one('string', 3),
      body: one('AnyValue', 5),
      attributes: many('KeyValue', 6),
      droppedAttributesCount: one('uint32', 7),
      flags: one('fixed32', 8),
      traceId: one('bytes', 9),
      spanId: one('bytes', 10),
      observedTimeUnixNano: one('fixed64', 11),
      eventName: one('string', 12),
    },
  },
  ResourceSpans: {
    fields: { resource: one('Resource', 1), scopeSpans: many('ScopeSpans', 2), schemaUrl: one('string', 3) },
  },
  ScopeSpans: { fields: { scope: one('Scope', 1), spans: many('Span', 2), schemaUrl: one('string', 3) } },
  Span: {
    fields: {
      traceId: one('bytes', 1),
      spanId: one('bytes', 2),
      traceState: one('string', 3),
      parentSpanId: one('bytes', 4),
      name: one('string', 5),
      kind: one('int32', 6),
      startTimeUnixNano: one('fixed64', 7),
      endTimeUnixNano: one('fixed64', 8),
      attributes: many('KeyValue', 9),
      droppedAttributesCount: one('uint32', 10),
      events: many('SpanEvent', 11),
      droppedEventsCount: one('uint32', 12),
      links: many('Link', 13),
      droppedLinksCount: one('uint32', 14),
      status: one('Status', 15),
      flags: one('fixed32', 16),
    },
  },
  SpanEvent: {
    fields: {
      timeUnixNano: one('fixed64', 1),
      name: one('string', 2),
      attributes: many('KeyValue', 3),
      droppedAttributesCount: one('uint32', 4),
    },
  },
  Link: {
    fields: {
      traceId: one('bytes', 1),
      spanId: one('bytes', 2),
      traceState: one('string', 3),
      attributes: many('KeyValue', 4),
      droppedAttributesCount: one('uint32', 5),
      flags: one('fixed32', 6),
    },
  },
  Status: { fields: { message: one('string', 2), code: one('int32', 3) } },
  ResourceMetrics: {
    fields: { resource: one('Resource', 1), scopeMetrics: many('ScopeMetrics', 2), schemaUrl: one('string', 3) },
  },
  Resource: { fields: { attributes: many('KeyValue', 1) } },
  ScopeMetrics: { fields: { scope: one('Scope', 1), metrics: many('Metric', 2), schemaUrl: one('string', 3) } },
  Scope: { fields: { name: one('string', 1), version: one('string', 2), attributes: many('KeyValue', 3) } },
  KeyValue: { fields: { key: one('string', 1), value: one('AnyValue', 2) } },
  AnyValue: {
    oneofs: { value: { oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'] } },
    fields: {
      stringValue: one('string', 1),
      boolValue: one('bool', 2),
      intValue: one('int64', 3),
      doubleValue: one('double', 4),
      arrayValue: one('ArrayValue', 5),
    },
  },
  ArrayValue: { fields: { values: many('AnyValue', 1) } },
  Metric: {
    fields: {
      name: one('string', 1),
      description: one('string', 2),
      unit: one('string', 3),
      gauge: one('Gauge', 5),
      sum: one('Sum', 7),
      histogram: one('Histogram', 9),
    },
  },
  Gauge: { fields: { dataPoints: many('Point', 1) } },
  Sum: {
    fields: { dataPoints: many('Point', 1), aggregationTemporality: one('int32', 2), isMonotonic: one('bool', 3) },
  },
  Histogram: { fields: { dataPoints: many('HistogramPoint', 1), aggregationTemporality: one('int32', 2) } },
  Point: {
    oneofs: { value: { oneof: ['asDouble', 'asInt'] } },
    fields: {
      startTimeUnixNano: one('fixed64', 2),
      timeUnixNano: one('fixed64', 3),
      asDouble: one('double', 4),
      asInt: one('sfixed64', 6),
      attributes: many('KeyValue', 7),
    },
  },
  HistogramPoint: {
    oneofs: { _sum: { oneof: ['sum'] }, _min: { oneof: ['min'] }, _max: { oneof: ['max'] } },
    fields: {
      startTimeUnixNano: one('fixed64', 2),
      timeUnixNano: one('fixed64', 3),
      count: one('fixed64', 4),
      sum: one('double', 5),
      bucketCounts: many('fixed64', 6),
      explicitBounds: many('double', 7),
      attributes: many('KeyValue', 9),
      min: one('double', 11),
      max: one('double', 12),
    },
  },
};
