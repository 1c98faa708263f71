import type { OtlpGrpcConfig, OtlpHttpConfig } from './configuration.js';

/** What becomes of a key of the Collector's exporter. What is ignored gives one warning, what is refused is a problem. */
export type Treatment =
  | { readonly is: 'supported'; readonly note?: string }
  | { readonly is: 'ignored' | 'refused'; readonly reason: string };

const supported: Treatment = { is: 'supported' };
const but = (note: string): Treatment => ({ is: 'supported', note });
const ignored = (reason: string): Treatment => ({ is: 'ignored', reason });
const refused = (reason: string): Treatment => ({ is: 'refused', reason });

const NODE_TLS = refused('Node.js has its own way to say this: --tls-cipher-list and NODE_EXTRA_CA_CERTS');
const PEM = refused('keys and certificates are read from files: use ca_file, cert_file and key_file');
const TPM = refused('keys in a TPM are not supported: use key_file');
const BATCH = ignored('requests are cut by size, up to 3.5 MiB each');
const BUFFERS = ignored('buffers have the sizes Node.js gives them');
const POOL = ignored('one connection a signal is used, as requests are sent one after the other');

/** Keys that both exporters have. */
const COMMON: Readonly<Record<string, Treatment>> = {
  endpoint: supported,
  timeout: but('10s here, 5s in the Collector (otlp_http: 30s)'),
  headers: supported,
  compression: but('gzip or none'),
  'compression_params.level': ignored('gzip works at one level'),
  'tls.insecure': but('an http:// or https:// endpoint says it too'),
  'tls.insecure_skip_verify': supported,
  'tls.ca_file': supported,
  'tls.cert_file': supported,
  'tls.key_file': supported,
  'tls.server_name_override': supported,
  'tls.min_version': but('1.2 or 1.3'),
  'tls.max_version': ignored('the newest version both sides know is used'),
  'tls.reload_interval': ignored('files are read again when they change'),
  'tls.include_system_ca_certs_pool': NODE_TLS,
  'tls.include_insecure_cipher_suites': NODE_TLS,
  'tls.cipher_suites': NODE_TLS,
  'tls.curve_preferences': NODE_TLS,
  'tls.ca_pem': PEM,
  'tls.cert_pem': PEM,
  'tls.key_pem': PEM,
  'tls.tpm.auth': TPM,
  'tls.tpm.enabled': TPM,
  'tls.tpm.owner_auth': TPM,
  'tls.tpm.path': TPM,
  'auth.authenticator': refused('extensions that authenticate are not supported: use headers or header_files'),
  middlewares: refused('middlewares are not supported'),
  read_buffer_size: BUFFERS,
  write_buffer_size: BUFFERS,
  'retry_on_failure.enabled': supported,
  'retry_on_failure.initial_interval': but('1s here, 5s in the Collector'),
  'retry_on_failure.max_interval': supported,
  'retry_on_failure.max_elapsed_time': but('never by default, nor ever with storage; after 300s in the Collector'),
  'retry_on_failure.multiplier': supported,
  'retry_on_failure.randomization_factor': supported,
  'sending_queue.sizer': but('bytes only'),
  'sending_queue.queue_size': but('in bytes, 64 MiB by default; with storage in blocks of 4 KiB on disk'),
  'sending_queue.num_consumers': ignored('requests are sent one after the other, in order'),
  'sending_queue.wait_for_result': ignored('scrapes do not wait for the server'),
  'sending_queue.block_on_overflow': ignored('when the queue is full, the oldest request goes'),
  'sending_queue.storage': but('a file_storage, with one file for each request'),
  'sending_queue.batch.flush_timeout': BATCH,
  'sending_queue.batch.sizer': BATCH,
  'sending_queue.batch.min_size': BATCH,
  'sending_queue.batch.max_size': BATCH,
  'sending_queue.batch.partition.metadata_keys': BATCH,
};

const { 'compression_params.level': compressionLevel, ...SHARED } = COMMON;

/** Every key of the pinned Collector's exporters, and what becomes of it here. A test compares with the Collector's own
 *  structs, and the table in docs/configuration.md is made of this one. */
export const COLLECTOR_KEYS: Readonly<
  Record<(OtlpGrpcConfig | OtlpHttpConfig)['type'], Readonly<Record<string, Treatment>>>
> = {
  otlp_grpc: {
    ...SHARED,
    'keepalive.time': ignored('a connection is checked in half the timeout'),
    'keepalive.timeout': ignored('a connection is checked in half the timeout'),
    'keepalive.permit_without_stream': ignored('a connection is checked in half the timeout'),
    wait_for_ready: ignored('what can not be sent is tried again'),
    user_agent: ignored('it says wgotel and its version'),
    balancer_name: ignored('one connection a signal is used, to the first address that answers'),
    authority: refused('it follows from the endpoint: use tls.server_name_override'),
  },
  otlp_http: {
    ...SHARED,
    'compression_params.level': compressionLevel!,
    proxy_url: supported,
    metrics_endpoint: supported,
    traces_endpoint: supported,
    logs_endpoint: supported,
    profiles_endpoint: ignored('there are no profiles'),
    encoding: supported,
    max_conns_per_host: POOL,
    max_idle_conns: POOL,
    max_idle_conns_per_host: POOL,
    idle_conn_timeout: POOL,
    disable_keep_alives: POOL,
    'keepalive.idle_conn_timeout': POOL,
    'keepalive.max_idle_conns': POOL,
    'keepalive.max_idle_conns_per_host': POOL,
    http2_read_idle_timeout: ignored('HTTP/1.1 is used'),
    http2_ping_timeout: ignored('HTTP/1.1 is used'),
    force_attempt_http2: ignored('HTTP/1.1 is used'),
  },
};
