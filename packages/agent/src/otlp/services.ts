import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { BySignal } from '../signal.js';

/** What a server says of a request that it took, in the words of OTLP JSON. */
export interface ExportResponse {
  readonly partialSuccess?: Readonly<Record<string, unknown>>;
}

/** What tells the three signals of OTLP apart on the wire.
 *  Source: https://opentelemetry.io/docs/specs/otlp/ */
export interface Service {
  /** The gRPC method. */
  readonly method: string;
  /** What OTLP/HTTP adds to the address of a server. */
  readonly path: string;
  /** The field of a partial success that counts what was rejected. */
  readonly rejected: string;
  /** Reads a response in protobuf. */
  readonly readResponse: (bytes: Uint8Array) => ExportResponse;
}

export const SERVICES: BySignal<Service> = {
  metrics: {
    method: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
    path: '/v1/metrics',
    rejected: 'rejectedDataPoints',
    readResponse: (bytes) => ProtobufMetricsSerializer.deserializeResponse(bytes) as ExportResponse,
  },
  logs: {
    method: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
    path: '/v1/logs',
    rejected: 'rejectedLogRecords',
    readResponse: (bytes) => ProtobufLogsSerializer.deserializeResponse(bytes) as ExportResponse,
  },
  traces: {
    method: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
    path: '/v1/traces',
    rejected: 'rejectedSpans',
    readResponse: (bytes) => ProtobufTraceSerializer.deserializeResponse(bytes) as ExportResponse,
  },
};
