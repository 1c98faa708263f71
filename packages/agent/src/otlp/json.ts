import protobuf from 'protobufjs/light.js';

type Field = protobuf.IField;
const one = (type: string, id: number): Field => ({ type, id });
const many = (type: string, id: number): Field => ({ rule: 'repeated', type, id });

/** The messages of OTLP metrics, as far as an agent sends them.
 *  Source: https://github.com/open-telemetry/opentelemetry-proto, metrics/v1/metrics.proto and common/v1/common.proto */
const MESSAGES: Readonly<Record<string, protobuf.IType>> = {
  Request: { fields: { resourceMetrics: many('ResourceMetrics', 1) } },
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

const REQUEST = protobuf.Root.fromJSON({ nested: { ...MESSAGES } }).lookupType('Request');

/** Turns an encoded `ExportMetricsServiceRequest` into OTLP JSON: names in lower camel case, 64-bit integers as strings.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function toJson(bytes: Uint8Array): string {
  return JSON.stringify(REQUEST.toObject(REQUEST.decode(bytes), { longs: String }));
}
