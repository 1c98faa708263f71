import type { Signal } from '../signal.js';

/** How each signal that an exporter can carry is sent. They differ where the environment says so, and in the address. */
export type ExporterConfigs = Readonly<Partial<Record<Signal, ExporterConfig>>>;

export type ExporterConfig = OtlpGrpcConfig | OtlpHttpConfig | WebhookConfig | InfluxDbConfig | GrafanaLiveConfig;

interface ExporterConfigBase {
  /** May hold secrets: never shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers whose values are in files, by name: read again when the file changes. */
  readonly headerFiles: Readonly<Record<string, string>>;
  /** For one attempt. */
  readonly timeout: number;
  /** `http://HOST:PORT`, credentials in it if need be: never shown. `undefined`: none, whatever the environment says. */
  readonly proxyUrl: string | undefined;
  readonly tls: TlsConfig;
  readonly retry: RetryConfig;
  readonly queue: QueueConfig;
}

export interface OtlpGrpcConfig extends ExporterConfigBase {
  readonly type: 'otlp_grpc';
  readonly compression: 'gzip' | 'none';
  /** Host and port, IPv6 addresses in brackets. */
  readonly target: string;
}

export interface HttpConfig extends ExporterConfigBase {
  /** The full address requests are posted to, such as `http://localhost:4318/v1/metrics`. */
  readonly url: string;
}

export interface OtlpHttpConfig extends HttpConfig {
  readonly type: 'otlp_http';
  readonly compression: 'gzip' | 'none';
  readonly encoding: 'proto' | 'json';
}

/** Its address may be a secret: never shown but for scheme and host. */
export interface WebhookConfig extends HttpConfig {
  readonly type: 'webhook';
  readonly format: WebhookFormat;
  /** Names of the events that are posted. `undefined`: those that are warnings. */
  readonly events: readonly string[] | undefined;
}

export type WebhookFormat = 'json' | 'slack' | 'ntfy';

/** Where lines are written, its address with what says where to keep them. */
export interface InfluxDbConfig extends HttpConfig {
  readonly type: 'influxdb';
  readonly compression: 'gzip' | 'none';
}

/** Where lines go over WebSocket. */
export interface GrafanaLiveConfig extends ExporterConfigBase {
  readonly type: 'grafana_live';
  /** Its query may be a secret: never shown. */
  readonly url: string;
  readonly connectTimeout: number;
  /** For a message to be sent, and a ping after it to be answered. */
  readonly writeTimeout: number;
  /** After which a connection is closed on which nothing came. 0: never. */
  readonly readTimeout: number;
  /** Otherwise frames are binary. */
  readonly textFrames: boolean;
}

export interface TlsConfig {
  /** Plain text. */
  readonly insecure: boolean;
  readonly insecureSkipVerify: boolean;
  /** PEM files, read again when they change. `undefined`: whom Node trusts. */
  readonly caFile: string | undefined;
  /** Our certificate and its key: both or none. */
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** Instead of the host of the endpoint. */
  readonly serverName: string | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface RetryConfig {
  /** Otherwise what fails once is dropped. */
  readonly enabled: boolean;
  readonly initialInterval: number;
  readonly maxInterval: number;
  readonly multiplier: number;
  readonly randomizationFactor: number;
  /** After which a request is given up. 0: never. */
  readonly maxElapsedTime: number;
}

export interface QueueConfig {
  /** Bytes that wait before the oldest request goes. */
  readonly limit: number;
  /** Folder for what is to outlive the process. `undefined`: requests wait in memory. */
  readonly storage: string | undefined;
  /** Whether it is to outlive a crash of the machine too. */
  readonly fsync: boolean;
}
