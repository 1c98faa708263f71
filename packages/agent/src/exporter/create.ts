import type { ExporterConfig } from '../config/configuration.js';
import type { Signal } from '../signal.js';
import { OtlpGrpcTransport } from './otlp-grpc/transport.js';
import { OtlpHttpTransport } from './otlp-http/transport.js';
import type { Transport } from './transport.js';
import { WebhookTransport } from './webhook/transport.js';

/** Makes the way on which an exporter sends a signal to its server. */
export function createTransport(config: ExporterConfig, signal: Signal): Transport {
  switch (config.type) {
    case 'otlp_grpc':
      return new OtlpGrpcTransport(config, signal);
    case 'otlp_http':
      return new OtlpHttpTransport(config, signal);
    case 'webhook':
      return new WebhookTransport(config);
  }
}
