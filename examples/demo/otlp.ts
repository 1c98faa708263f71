import root from 'otlp-messages/build/src/generated/root.js';

/** The parts of an `ExportMetricsServiceRequest` that are of interest here. Whole numbers of 64 bits come as whatever
 *  holds them; `String` makes them readable.
 *  Source: https://github.com/open-telemetry/opentelemetry-proto, collector/metrics/v1 and metrics/v1 */
export interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  }[];
}

export interface Metric {
  readonly name: string;
  readonly sum?: { readonly dataPoints: readonly NumberPoint[] } | null;
  readonly gauge?: { readonly dataPoints: readonly NumberPoint[] } | null;
}

export interface NumberPoint {
  readonly attributes: readonly {
    readonly key: string;
    readonly value?: { readonly stringValue?: string | null } | null;
  }[];
  readonly startTimeUnixNano: unknown;
  readonly timeUnixNano: unknown;
  readonly asInt?: unknown;
  readonly asDouble?: number | null;
}

interface Messages {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly metrics: {
          readonly v1: { readonly ExportMetricsServiceRequest: { decode(bytes: Uint8Array): MetricsRequest } };
        };
      };
    };
  };
}

const { ExportMetricsServiceRequest } = (root as unknown as Messages).opentelemetry.proto.collector.metrics.v1;

export function decodeRequest(bytes: Uint8Array): MetricsRequest {
  return ExportMetricsServiceRequest.decode(bytes);
}
