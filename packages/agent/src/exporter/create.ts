import { join } from 'node:path';
import type { ExporterConfig, QueueConfig } from '../config/configuration.js';
import type { Signal } from '../signal.js';
import { GrafanaLiveTransport } from './grafana-live/transport.js';
import { InfluxDbTransport } from './influx/transport.js';
import { OtlpGrpcTransport } from './otlp-grpc/transport.js';
import { OtlpHttpTransport } from './otlp-http/transport.js';
import { FileQueue } from './queue/file-queue.js';
import type { Queue } from './queue/queue.js';
import { RequestQueue } from './queue/request-queue.js';
import type { Transport } from './transport.js';
import { WebhookTransport } from './webhook/transport.js';

/** Makes the way on which an exporter sends a signal to its server. */
export function createTransport(config: ExporterConfig, signal: Signal): Transport {
  switch (config.type) {
    case 'otlp_grpc':
      return new OtlpGrpcTransport(config, signal);
    case 'otlp_http':
      return new OtlpHttpTransport(config, signal);
    case 'influxdb':
      return new InfluxDbTransport(config);
    case 'grafana_live':
      return new GrafanaLiveTransport(config);
    case 'webhook':
      return new WebhookTransport(config);
  }
}

/** Makes the queue of what an exporter has yet to send of a signal: in memory, or in a folder of its own. */
export function createQueue({ limit, storage, fsync }: QueueConfig, exporter: string, signal: Signal): Queue {
  if (storage === undefined) return new RequestQueue(limit);
  return new FileQueue({ path: join(storage, 'queue', encodeURIComponent(exporter), signal), limit, fsync });
}
