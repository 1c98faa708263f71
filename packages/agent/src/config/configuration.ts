import type {
  Attributes,
  EndpointMode,
  EventsSettings,
  Expectation,
  IdentityMode,
  MetricsSettings,
  SessionMode,
  SourceName,
} from '@wgotel/core';
import type { LogLevel } from '../log.js';
import type { Signal } from '../signal.js';
import type { ExporterConfigs } from './exporter-configs.js';

export type * from './exporter-configs.js';

/** All that the agent is told, checked and complete: plain data, so that two of them can be compared. Times are in
 *  milliseconds. */
export interface Configuration {
  /** By id: `wireguard` or `wireguard/NAME`. */
  readonly receivers: Readonly<Record<string, ReceiverConfig>>;
  /** By id: `otlp_grpc`, `otlp_http`, `webhook`, `influxdb`, `grafana_live`, or one of them with `/NAME`. */
  readonly exporters: Readonly<Record<string, ExporterConfigs>>;
  /** Exporters that wait to be asked, by id: `prometheus` or `prometheus/NAME`. */
  readonly pages: Readonly<Record<string, PageConfig>>;
  /** The same for those that write a file: `textfile` or `textfile/NAME`. */
  readonly textfiles: Readonly<Record<string, TextfilePageConfig>>;
  /** By id: a signal, or `SIGNAL/NAME`. */
  readonly pipelines: Readonly<Record<string, PipelineConfig>>;
  /** `undefined`: off. */
  readonly health: HealthConfig | undefined;
  /** `undefined`: off. */
  readonly stateSocket: StateSocketConfig | undefined;
  readonly telemetry: TelemetryConfig;
  /** What is ignored or deprecated, a sentence each, with its position. Not part of what is compared. */
  readonly warnings: readonly string[];
}

export interface ReceiverConfig {
  readonly source: SourceName;
  readonly sourceOptions: SourceConfig;
  readonly collectionInterval: number;
  /** How often points that did not change are sent over OTLP. `undefined`: with every scrape. */
  readonly heartbeat: number | undefined;
  /** Folder for what is to outlive the process. `undefined`: nothing is. */
  readonly storage: string | undefined;
  readonly initialDelay: number;
  readonly timeout: number;
  readonly peerLimit: number;
  /** Which interfaces are read. `undefined`: all. */
  readonly include: InterfaceFilter | undefined;
  /** Which of those are not. `undefined`: none. */
  readonly exclude: InterfaceFilter | undefined;
  readonly metrics: MetricsSettings;
  readonly events: EventsSettings;
  /** Which sessions become spans. */
  readonly sessionMode: SessionMode;
  /** Of the resource attributes the agent finds out (`host.name`, `host.id`), those that are said otherwise. */
  readonly resourceAttributes: Readonly<Record<string, { readonly enabled: boolean }>>;
  readonly identity: IdentityConfig;
  /** What events and spans tell of where a peer is. */
  readonly endpoints: EndpointMode;
  readonly names: NamesConfig;
  readonly drift: DriftConfig;
  /** The first that fits a peer counts. */
  readonly peers: readonly PeerRule[];
  readonly devices: readonly DeviceRule[];
}

/** Options of sources, all of them: each takes what concerns it. `undefined`: the source's own default. */
export interface SourceConfig {
  readonly directory: string | undefined;
  readonly command: readonly string[] | undefined;
  readonly read: 'dump' | 'public' | undefined;
  readonly netns: readonly string[] | undefined;
  readonly file: string | undefined;
  readonly socket: string | undefined;
}

export interface InterfaceFilter {
  readonly interfaces: readonly string[];
  /** `regexp`: RE2, to be found anywhere in the name, as in the Collector. */
  readonly matchType: 'strict' | 'regexp';
}

/** What is told of who a peer is. */
export interface IdentityConfig {
  readonly mode: IdentityMode;
  /** A secret: never shown. `undefined`: the mode needs none. */
  readonly hmacKey: string | undefined;
}

/** Where names of peers come from, first to last: the first that knows a peer names it. */
export interface NamesConfig {
  /** By public key. */
  readonly peers: Readonly<Record<string, string>>;
  /** CSV, TOML, YAML or JSON. */
  readonly files: readonly string[];
  /** Files that hold private keys beside names: wg-quick's, networkd's, wg-easy's. */
  readonly configurationFiles: readonly string[];
}

/** What devices are compared with. */
export interface DriftConfig {
  /** Configurations of wg-quick and networkd. */
  readonly files: readonly string[];
  /** Whether names of endpoints in them are looked up, to tell when they stand for other addresses. */
  readonly endpointNames: boolean;
}

/** Says what is expected of peers. A rule fits if all that is given does; with none of them it fits every peer. */
export interface PeerRule {
  readonly name: string | undefined;
  readonly id: string | undefined;
  /** RE2, to be found anywhere in the name. */
  readonly pattern: string | undefined;
  /** The device's name. */
  readonly device: string | undefined;
  /** `undefined`: guessed from how the peer is set up. */
  readonly expect: Expectation | undefined;
  /** How old a handshake makes the peer's session gone. `undefined`: 180 s, its keepalive and two scrapes. */
  readonly staleAfter: number | undefined;
}

export interface DeviceRule {
  readonly name: string;
  /** One of those the receiver reads. `undefined`: its own. */
  readonly netns: string | undefined;
  /** Whether it is reported as down as long as it was never there. */
  readonly required: boolean;
}

/** A page that Prometheus asks for. */
export interface PrometheusConfig {
  readonly type: 'prometheus';
  readonly listen: ListenConfig;
  /** Whose names metrics have on the page. */
  readonly profiles: ProfilesConfig;
  /** A file in the form of Prometheus' own: certificates, users. `undefined`: plain text, for everybody. */
  readonly webConfigFile: string | undefined;
  /** Whether somebody asked for it: then a port that is taken ends the agent. */
  readonly explicit: boolean;
}

/** A page, and the receivers that it shows. */
export type PageConfig = PrometheusConfig & { readonly receivers: readonly string[] };

/** A file that node_exporter reads. */
export interface TextfileConfig {
  readonly type: 'textfile';
  readonly path: string;
  readonly profiles: ProfilesConfig;
}

export type TextfilePageConfig = TextfileConfig & { readonly receivers: readonly string[] };

/** Where to listen: at an address, at all of them (an empty `host`), or at those of a network interface. */
export interface ListenConfig {
  readonly host: string;
  readonly isInterface: boolean;
  readonly port: number;
}

/** Options of each profile that is served. */
export interface ProfilesConfig {
  readonly native?: object | undefined;
  readonly mindflavor?: MindflavorOptions | undefined;
  readonly mdlayher?: object | undefined;
  readonly 'wg-easy'?: WgEasyOptions | undefined;
  readonly telegraf?: object | undefined;
  readonly 'wg-prefix'?: object | undefined;
  readonly 'wg-exporter'?: object | undefined;
}

/** What the flags of prometheus_wireguard_exporter say. */
export interface MindflavorOptions {
  readonly separateAllowedIps: boolean;
  readonly remoteIpAndPort: boolean;
  readonly handshakeDelay: boolean;
  readonly friendlyNames: boolean;
}

export interface WgEasyOptions {
  /** `both`: `ipv4Address` and `ipv6Address`, as since version 15; `one`: `address`. */
  readonly addresses: 'both' | 'one';
}

export interface PipelineConfig {
  readonly signal: Signal;
  readonly receivers: readonly string[];
  readonly exporters: readonly string[];
}

export interface HealthConfig {
  /** Address or host name. */
  readonly host: string;
  readonly port: number;
  /** Whether somebody asked for it: then a port that is taken ends the agent. */
  readonly explicit: boolean;
}

export interface StateSocketConfig {
  readonly path: string;
  /** Who may ask: a name or number. `undefined`: the group `wgotel` if there is one, else the agent's own. */
  readonly group: string | undefined;
  /** Permission bits. */
  readonly mode: number;
  /** Whether somebody asked for it: then a path that can't be used ends the agent. */
  readonly explicit: boolean;
}

export interface TelemetryConfig {
  readonly logs: { readonly level: LogLevel; readonly encoding: 'console' | 'json' };
  /** Whether the agent's own metrics (`wgotel.*`) are sent along. */
  readonly metrics: { readonly enabled: boolean };
  /** Resource attributes given by the environment or the file. */
  readonly resource: Attributes;
}
