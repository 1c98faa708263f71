import { ChannelCredentials, Client, compressionAlgorithms, connectivityState, Metadata } from '@grpc/grpc-js';
import type { ChannelOptions } from '@grpc/grpc-js';
import type { OtlpConfig } from '../../config/otlp.js';
import { VERSION } from '../../version.js';
import type { Outcome, Transport } from '../transport.js';
import { toFailure, toSent } from './outcome.js';

const EXPORT = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

const asIs = (bytes: Buffer): Buffer => bytes;

/** Sends encoded metrics over OTLP/gRPC. The official exporter neither retries nor lets its channel be set up. */
export class OtlpGrpcTransport implements Transport {
  readonly endpoint: string;
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #timeout: number;

  constructor(config: OtlpConfig) {
    this.endpoint = `${config.tls ? 'https' : 'http'}://${config.target}`;
    this.#client = new Client(config.target, credentials(config), channelOptions(config));
    for (const [key, value] of Object.entries(config.headers)) this.#metadata.set(key, value);
    this.#timeout = config.timeout;
  }

  send(bytes: Buffer, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { deadline: Date.now() + this.#timeout };
      const call = this.#client.makeUnaryRequest(
        EXPORT,
        asIs,
        asIs,
        bytes,
        this.#metadata.clone(),
        options,
        (error, response) => {
          signal.removeEventListener('abort', cancel);
          resolve(error === null ? toSent(response!) : toFailure(error, this.#isConnected()));
        },
      );
      const cancel = (): void => call.cancel();
      signal.addEventListener('abort', cancel);
    });
  }

  close(): void {
    this.#client.close();
  }

  #isConnected(): boolean {
    return this.#client.getChannel().getConnectivityState(false) === connectivityState.READY;
  }
}

function credentials({ tls }: OtlpConfig): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure();
  const { certificate = null, client } = tls;
  return ChannelCredentials.createSsl(certificate, client?.key ?? null, client?.certificate ?? null);
}

function channelOptions({ compression, timeout }: OtlpConfig): ChannelOptions {
  return {
    'grpc.primary_user_agent': `wgotel/${VERSION}`,
    'grpc.default_compression_algorithm':
      compression === 'gzip' ? compressionAlgorithms.gzip : compressionAlgorithms.identity,
    // A server that comes back is found within seconds; the default grows to two minutes.
    'grpc.initial_reconnect_backoff_ms': 1000,
    'grpc.max_reconnect_backoff_ms': 5000,
    // By the deadline of a call it is known whether its connection is dead, and the next call gets a new one.
    'grpc.keepalive_time_ms': timeout / 2,
    'grpc.keepalive_timeout_ms': timeout / 2,
    // Metrics of the tunnels go straight to the endpoint, not through what http_proxy of the environment names.
    'grpc.enable_http_proxy': 0,
    // Otherwise each name lookup also asks for a TXT record.
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
  };
}
