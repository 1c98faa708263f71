import type { Context, HrTime } from '@opentelemetry/api';

/** What metadata.yaml says of an event. */
export interface EventMetadata {
  readonly description: string;
  /** Whether it is written if nobody says. */
  readonly enabled: boolean;
  readonly attributes: readonly string[];
}

/** What a user may say of one event. The key is that of the Collector's generated receivers. */
export interface EventSettings {
  /** Default: as `metadata.yaml` has it. `wireguard.peer.state.changed` and `wireguard.peer.endpoint.changed` are written
   *  for what is worth a look only, unless this is `true`, which means all of them. */
  readonly enabled?: boolean | undefined;
}

/** By the name of the event. What is not mentioned is as it is by default. */
export type EventsSettings = Readonly<Record<string, EventSettings>>;

export type EventAttributes = Record<string, string | number | boolean | string[]>;

/** Numbers of OpenTelemetry's `SeverityNumber`.
 *  Source: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
export const INFO = 9;
export const WARN = 13;
export type Severity = typeof INFO | typeof WARN;

/** A log record that is an event, as `Logger.emit` of either line of the SDK takes it. */
export interface EventRecord {
  readonly eventName: string;
  /** When it took place. */
  readonly timestamp: HrTime;
  /** When the scrape found it. */
  readonly observedTimestamp: HrTime;
  readonly severityNumber: Severity;
  /** A line for people. */
  readonly body: string;
  readonly attributes: EventAttributes;
  /** Holds the span it belongs to, if there is one. */
  readonly context: Context;
}

/** What we need of a `Logger`: that of `@opentelemetry/api-logs` (SDK 2.x) and of `@opentelemetry/api` 1.10 (SDK 3.x). */
export interface EventLogger {
  emit(record: EventRecord): void;
  /** Whether anything becomes of a record. */
  enabled?(): boolean;
}

/** What we need of a `LoggerProvider` of either line. */
export interface EventLoggerProvider {
  getLogger(name: string, version?: string): EventLogger;
}
