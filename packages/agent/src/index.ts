export { Agent } from './agent/agent.js';
export { phaseOf } from './agent/phase.js';
export { mayBeColoured, type MaybeTerminal } from './colour.js';
export { renderJson } from './commands/once/json.js';
export { renderOtlp } from './commands/once/otlp.js';
export { renderTable, type TableOptions } from './commands/once/table.js';
export { COLLECTOR_KEYS, type Treatment } from './config/collector-keys.js';
export type {
  Configuration,
  DeviceRule,
  DriftConfig,
  ExporterConfig,
  ExporterConfigs,
  HealthConfig,
  HttpConfig,
  IdentityConfig,
  InterfaceFilter,
  GrafanaLiveConfig,
  InfluxDbConfig,
  ListenConfig,
  MindflavorOptions,
  NamesConfig,
  OtlpGrpcConfig,
  OtlpHttpConfig,
  PageConfig,
  PeerRule,
  PipelineConfig,
  ProfilesConfig,
  PrometheusConfig,
  QueueConfig,
  ReceiverConfig,
  RetryConfig,
  SourceConfig,
  StateSocketConfig,
  TelemetryConfig,
  TextfileConfig,
  TextfilePageConfig,
  TlsConfig,
  WebhookConfig,
  WebhookFormat,
  WgEasyOptions,
} from './config/configuration.js';
export { DEPRECATED_EXPORTERS } from './config/deprecated.js';
export type { Environment } from './config/environment.js';
export type { Flags } from './config/flags.js';
export { ConfigError } from './config/problems.js';
export { readConfiguration, type ConfigurationInputs } from './config/read.js';
export { createTransport } from './exporter/create.js';
export { GrafanaLiveTransport } from './exporter/grafana-live/transport.js';
export { stringField, tagValue } from './exporter/influx/escape.js';
export { LinesPipeline } from './exporter/influx/pipeline.js';
export { TelegrafLines } from './exporter/influx/telegraf-lines.js';
export { InfluxDbTransport } from './exporter/influx/transport.js';
export { FanOut } from './exporter/fan-out.js';
export { Exposition, type PageSource, type ShownReceiver } from './exporter/prometheus/exposition.js';
export type { Family, Format } from './exporter/prometheus/family.js';
export { familyOf, labelName, labelText } from './exporter/prometheus/names.js';
export { formatFor, takesGzip } from './exporter/prometheus/negotiate.js';
export { Page, type Body } from './exporter/prometheus/page.js';
export { Pages } from './exporter/prometheus/pages.js';
export { Passwords } from './exporter/prometheus/passwords.js';
export { makeProfiles, type ProfileName } from './exporter/prometheus/profiles/make.js';
export type { Profile } from './exporter/prometheus/profiles/profile.js';
export { parseWebConfig } from './exporter/prometheus/web-config/parse.js';
export type { WebConfig } from './exporter/prometheus/web-config/schema.js';
export { Textfiles } from './exporter/textfile/textfiles.js';
export { WebAccess } from './exporter/prometheus/web-config/web-access.js';
export type { Count, Deliveries } from './exporter/ledger.js';
export { OtlpGrpcTransport } from './exporter/otlp-grpc/transport.js';
export { OtlpHttpTransport } from './exporter/otlp-http/transport.js';
export { FileQueue, type FileQueueOptions } from './exporter/queue/file-queue.js';
export type { Queue, QueueListener, Stored } from './exporter/queue/queue.js';
export { decodeQueueFile, encodeQueueFile, QueueFileError } from './exporter/queue/queue-file.js';
export { RequestQueue } from './exporter/queue/request-queue.js';
export { Replay } from './exporter/replay.js';
export { RETRY, type SenderOptions } from './exporter/sender-options.js';
export { Sender, type SenderState } from './exporter/sender.js';
export type { Failed, Outcome, Refused, Sendable, Sent, Transport } from './exporter/transport.js';
export { diagLogger, Logger, type LogEncoding, type LoggerOptions, type LogLevel, type LogStream } from './log.js';
export { Webhook } from './exporter/webhook/webhook.js';
export { WebhookTransport } from './exporter/webhook/transport.js';
export { makeLoggerProvider } from './events/provider.js';
export { encodeBatches } from './gathering/batches.js';
export { Gatherer } from './gathering/gatherer.js';
export { GatheredPipeline } from './gathering/pipeline.js';
export { NameBook } from './names/name-book.js';
export { Heartbeat } from './heartbeat/heartbeat.js';
export { HostBook, type Lookup } from './drift/host-book.js';
export { SetupBook } from './drift/setup-book.js';
export { readSetup, withoutSecrets, type Setup, type SetupPeer } from './drift/setup-file.js';
export { readNames, type Names } from './names/formats.js';
export { readConfigurationNames } from './names/wireguard-files.js';
export { toJson } from './otlp/json/json.js';
export { MetricsEncoder } from './otlp/metrics-encoder.js';
export type { EncodedRequest } from './otlp/request.js';
export { MetricsPipeline, type RequestTaker } from './pipeline.js';
export { SelfMetrics } from './self-metrics/self-metrics.js';
export { makeTracerProvider } from './sessions/provider.js';
export type { BySignal, Signal } from './signal.js';
export { StateServer, type StateServerStatus, type TunnelSource } from './state-socket/server.js';
export type { Tunnels } from './state-socket/tunnel-stream.js';
export { readHost, resourceAttributes, type Host } from './resource.js';
