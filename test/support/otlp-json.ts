/** An OTLP export request as JSON, one line of the Collector's `file` exporter: one of the three is there. */
export interface OtlpRequest {
  readonly resourceMetrics?: readonly (OfResource & { readonly scopeMetrics: readonly OtlpScopeMetrics[] })[];
  readonly resourceLogs?: readonly (OfResource & { readonly scopeLogs: readonly OtlpScopeLogs[] })[];
  readonly resourceSpans?: readonly (OfResource & { readonly scopeSpans: readonly OtlpScopeSpans[] })[];
}

interface OfResource {
  readonly resource: { readonly attributes?: readonly OtlpAttribute[] };
  readonly schemaUrl?: string;
}

interface OfScope {
  readonly scope: { readonly name?: string; readonly version?: string };
  readonly schemaUrl?: string;
}

type OtlpScopeMetrics = OfScope & { readonly metrics: readonly OtlpMetric[] };
type OtlpScopeLogs = OfScope & { readonly logRecords: readonly OtlpLogRecord[] };
type OtlpScopeSpans = OfScope & { readonly spans: readonly OtlpSpan[] };

export interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
    readonly arrayValue?: { readonly values?: readonly OtlpAttribute['value'][] };
  };
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit?: string;
  readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
  readonly sum?: {
    readonly dataPoints: readonly OtlpPoint[];
    /** 1 delta, 2 cumulative. */
    readonly aggregationTemporality: number;
    readonly isMonotonic?: boolean;
  };
}

/** A point of a gauge or a sum; 64-bit numbers are decimal strings. */
export interface OtlpPoint {
  readonly attributes?: readonly OtlpAttribute[];
  readonly startTimeUnixNano?: string;
  readonly timeUnixNano: string;
  readonly asInt?: string;
  readonly asDouble?: number;
}

export interface OtlpLogRecord {
  readonly timeUnixNano?: string;
  readonly severityNumber?: number;
  readonly eventName?: string;
  readonly body?: OtlpAttribute['value'];
  readonly attributes?: readonly OtlpAttribute[];
  readonly traceId?: string;
  readonly spanId?: string;
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly events?: readonly OtlpSpanEvent[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  /** 2 is an error. */
  readonly status?: { readonly code?: number };
}

export interface OtlpSpanEvent {
  readonly name: string;
  readonly timeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
}
