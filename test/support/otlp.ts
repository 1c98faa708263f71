import root from 'otlp-messages/build/src/generated/root.js';

interface MessageClass {
  decode(bytes: Uint8Array): object;
  toObject(message: object, options: object): object;
}

// The generated classes come without types of their own.
const { ExportMetricsServiceRequest } = (
  root as unknown as {
    opentelemetry: { proto: { collector: { metrics: { v1: { ExportMetricsServiceRequest: MessageClass } } } } };
  }
).opentelemetry.proto.collector.metrics.v1;

/** A point as it stands in an OTLP request, with all that says what it means. */
export interface DecodedPoint {
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
  readonly metric: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: 'gauge' | 'sum';
  readonly isMonotonic: boolean;
  readonly temporality: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Nanoseconds, as decimal digits. */
  readonly startTime: string;
  readonly time: string;
  readonly value: string;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface NumberDataPoint {
  readonly attributes: readonly KeyValue[];
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asInt?: string;
  readonly asDouble?: number;
}

interface Points {
  readonly dataPoints: readonly NumberDataPoint[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

interface Request {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string; readonly version: string };
      readonly metrics: readonly {
        readonly name: string;
        readonly unit: string;
        readonly description: string;
        readonly gauge?: Points;
        readonly sum?: Points;
      }[];
    }[];
  }[];
}

/** Decodes an `ExportMetricsServiceRequest` with the official message classes. */
export function decodeMetrics(bytes: Uint8Array): DecodedPoint[] {
  const message = ExportMetricsServiceRequest.decode(bytes);
  const request = ExportMetricsServiceRequest.toObject(message, {
    longs: String,
    defaults: true,
    oneofs: true,
  }) as Request;
  return request.resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ scope, metrics }) =>
      metrics.flatMap(({ name, unit, description, gauge, sum }) =>
        (gauge ?? sum)!.dataPoints.map((point) => ({
          resource: toRecord(resource.attributes),
          scope: `${scope.name}@${scope.version}`,
          metric: name,
          unit,
          description,
          kind: sum ? ('sum' as const) : ('gauge' as const),
          isMonotonic: sum?.isMonotonic ?? false,
          temporality: sum?.aggregationTemporality ?? 0,
          attributes: toRecord(point.attributes),
          startTime: point.startTimeUnixNano,
          time: point.timeUnixNano,
          value: point.asInt === undefined ? `double ${point.asDouble}` : `int ${point.asInt}`,
        })),
      ),
    ),
  );
}

function toRecord(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value['stringValue'] ?? value['boolValue'] ?? value['intValue']]),
  );
}
