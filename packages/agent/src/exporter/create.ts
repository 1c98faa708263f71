import type { ExporterConfig } from '../config/configuration.js';
import { OtlpGrpcTransport } from './otlp-grpc/transport.js';
import { OtlpHttpTransport } from './otlp-http/transport.js';
import type { Transport } from './transport.js';

/** Makes the way to the server that an exporter sends to. */
export function createTransport(config: ExporterConfig): Transport {
  return config.type === 'otlp_grpc' ? new OtlpGrpcTransport(config) : new OtlpHttpTransport(config);
}
