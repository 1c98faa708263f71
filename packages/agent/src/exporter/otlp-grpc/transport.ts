import { createSecureContext } from 'node:tls';
import { ChannelCredentials, Client, compressionAlgorithms, connectivityState, Metadata } from '@grpc/grpc-js';
import type { ChannelOptions } from '@grpc/grpc-js';
import type { OtlpGrpcConfig } from '../../config/configuration.js';
import { SERVICES } from '../../otlp/services.js';
import type { Signal } from '../../signal.js';
import { VERSION } from '../../version.js';
import { CredentialFiles, type Credentials } from '../credentials.js';
import { withoutCredentials, type Outcome, type Sendable, type Transport } from '../transport.js';
import { toSent } from '../sent.js';
import { toFailure } from './outcome.js';

const asIs = (bytes: Buffer): Buffer => bytes;

/** A client that shows certain credentials. */
interface Connected {
  readonly credentials: Credentials;
  readonly client: Client;
  readonly metadata: Metadata;
}

/** Sends encoded requests over OTLP/gRPC. The official exporter neither retries nor lets its channel be set up. */
export class OtlpGrpcTransport implements Transport {
  readonly endpoint: string;
  readonly #config: OtlpGrpcConfig;
  readonly #signal: Signal;
  readonly #files: CredentialFiles;
  #connected: Connected | undefined;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: OtlpGrpcConfig, signal: Signal, now: () => number = () => performance.now()) {
    this.endpoint = `${config.tls.insecure ? 'http' : 'https'}://${config.target}`;
    this.#config = config;
    this.#signal = signal;
    this.#files = new CredentialFiles(config, now);
  }

  get problem(): string | undefined {
    return this.#files.problem;
  }

  prepare(): Promise<string | undefined> {
    return this.#files.prepare();
  }

  async send({ bytes }: Sendable, signal: AbortSignal): Promise<Outcome> {
    const credentials = await this.#files.current();
    if (credentials === undefined) return withoutCredentials(this.#files.problem);
    const { client, metadata } = this.#connect(credentials);
    const { method, readResponse } = SERVICES[this.#signal];
    return new Promise((resolve) => {
      const options = { deadline: Date.now() + this.#config.timeout };
      const call = client.makeUnaryRequest(method, asIs, asIs, bytes, metadata.clone(), options, (error, response) => {
        signal.removeEventListener('abort', cancel);
        if (error === null) resolve(toSent(this.#signal, () => readResponse(response!)));
        else resolve(toFailure(error, this.#signal, isConnected(client)));
      });
      const cancel = (): void => call.cancel();
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel);
    });
  }

  close(): void {
    this.#connected?.client.close();
  }

  /** A new client for new credentials; a call that is under way keeps the old one. */
  #connect(credentials: Credentials): Connected {
    if (this.#connected?.credentials === credentials) return this.#connected;
    this.#connected?.client.close();
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(credentials.headers)) metadata.set(name, value);
    const { target, options } = route(this.#config);
    const client = new Client(target, channelCredentials(this.#config, credentials), options);
    return (this.#connected = { credentials, client, metadata });
  }
}

function isConnected(client: Client): boolean {
  return client.getChannel().getConnectivityState(false) === connectivityState.READY;
}

function channelCredentials({ tls }: OtlpGrpcConfig, { ca, client }: Credentials): ChannelCredentials {
  if (tls.insecure) return ChannelCredentials.createInsecure();
  const context = createSecureContext({
    ca,
    cert: client?.certificate,
    key: client?.key,
    minVersion: tls.minVersion,
    // What grpc-js would send otherwise, too.
    ciphers: process.env['GRPC_SSL_CIPHER_SUITES'],
  });
  return ChannelCredentials.createFromSecureContext(context, {
    rejectUnauthorized: !tls.insecureSkipVerify,
    ...(tls.insecureSkipVerify && { checkServerIdentity: () => undefined }),
  });
}

/** Where the client connects to: the server, or a proxy that is asked to lead on to it. */
function route(config: OtlpGrpcConfig): { target: string; options: ChannelOptions } {
  const options = channelOptions(config);
  if (config.proxyUrl === undefined) return { target: config.target, options };
  const proxy = new URL(config.proxyUrl);
  const user = decodeURIComponent(`${proxy.username}:${proxy.password}`);
  return {
    target: `${proxy.hostname}:${proxy.port || 80}`,
    options: {
      ...options,
      'grpc.http_connect_target': `dns:${config.target}`,
      ...(proxy.username && { 'grpc.http_connect_creds': user }),
      'grpc.default_authority': config.target,
    },
  };
}

function channelOptions({ compression, timeout, tls }: OtlpGrpcConfig): ChannelOptions {
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
    // What is sent goes straight to the endpoint, not through what http_proxy of the environment names.
    'grpc.enable_http_proxy': 0,
    // Clients with other credentials must not share a connection.
    'grpc.use_local_subchannel_pool': 1,
    // Otherwise each name lookup also asks for a TXT record.
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
    ...(tls.serverName !== undefined && { 'grpc.ssl_target_name_override': tls.serverName }),
  };
}
