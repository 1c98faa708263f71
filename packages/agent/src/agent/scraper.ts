import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import {
  MetricView,
  SessionIdGenerator,
  systemClock,
  WireGuardReceiver,
  type Attributes,
  type Clock,
  type Frame,
} from '@wgotel/core';
import type { ReceiverConfig } from '../config/configuration.js';
import { makeLoggerProvider } from '../events/provider.js';
import { LinesPipeline } from '../exporter/influx/pipeline.js';
import { TelegrafLines } from '../exporter/influx/telegraf-lines.js';
import { Gatherer } from '../gathering/gatherer.js';
import { GatheredPipeline } from '../gathering/pipeline.js';
import { Heartbeat } from '../heartbeat/heartbeat.js';
import type { Logger } from '../log.js';
import { SetupBook } from '../drift/setup-book.js';
import { NameBook } from '../names/name-book.js';
import { MetricsPipeline } from '../pipeline.js';
import { makeTracerProvider } from '../sessions/provider.js';
import type { StateFolder } from '../storage/state-folder.js';
import { StateKeeper } from '../storage/state-keeper.js';
import type { Outputs } from './outputs.js';
import { receiverOptions } from './receiver-options.js';

export interface ScraperOptions {
  /** Where to keep what is known, and under which name. Default: nowhere. */
  readonly storage?: { readonly folder: StateFolder; readonly id: string } | undefined;
  /** When in the interval it scrapes, from 0 to 1. Default: as the library has it. */
  readonly phase?: number | undefined;
  /** Another than the system's is for simulations. */
  readonly clock?: Clock | undefined;
}

/** One receiver of the configuration at work: reads WireGuard, and hands what it finds to the exporters of its
 *  pipelines. */
export class Scraper {
  readonly config: ReceiverConfig;
  /** What everything it sends is said to be of. */
  readonly resource: Attributes;
  readonly isTraced: boolean;
  readonly receiver: WireGuardReceiver;
  readonly #names: NameBook;
  readonly #setups: SetupBook;
  readonly #clock: Clock;
  readonly #view: MetricView;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #logs: GatheredPipeline<ReadableLogRecord>;
  readonly #traces: GatheredPipeline<ReadableSpan>;
  readonly #keeper: StateKeeper | undefined;
  readonly #telegraf: TelegrafLines;
  #metrics: MetricsPipeline | undefined;
  #lines: LinesPipeline | undefined;
  /** Told of each scrape once WireGuard was read, before anything is sent. */
  onRead: (() => void) | undefined;
  /** Told after each scrape how long it took, in milliseconds. */
  onScraped: ((duration: number) => void) | undefined;

  /** @param isTraced whether spans are sent. It can't change: a span that nobody gets must not be referred to */
  constructor(
    config: ReceiverConfig,
    resource: Attributes,
    isTraced: boolean,
    log: Logger,
    { storage, phase, clock = systemClock }: ScraperOptions = {},
  ) {
    this.config = config;
    this.resource = resource;
    this.isTraced = isTraced;
    this.#clock = clock;
    this.#view = new MetricView(config.metrics);
    if (config.heartbeat !== undefined) {
      // Hosts that are started at once have turns at instants of their own.
      this.#heartbeat = new Heartbeat(config.heartbeat, clock.now() - (phase ?? 0) * config.heartbeat);
    }
    this.#telegraf = new TelegrafLines(resource, config.endpoints);
    this.#names = new NameBook(config.names, log);
    this.#setups = new SetupBook(config.drift, log);
    const idGenerator = new SessionIdGenerator();
    const [records, spans] = [new Gatherer<ReadableLogRecord>(), new Gatherer<ReadableSpan>()];
    this.#logs = new GatheredPipeline(records, (items) => ProtobufLogsSerializer.serializeRequest(items));
    this.#traces = new GatheredPipeline(spans, (items) => ProtobufTraceSerializer.serializeRequest(items));
    this.receiver = new WireGuardReceiver({
      ...receiverOptions(config),
      phase,
      loggerProvider: makeLoggerProvider(resource, records),
      tracerProvider: isTraced && makeTracerProvider(resource, spans, idGenerator),
      sessions: { mode: config.sessionMode, idGenerator },
      names: this.#names.nameOf,
      expectedDevices: this.#setups.expected,
      clock,
      beforeScrape: () => this.#refresh(),
      onFrame: (frame) => this.#onFrame(frame),
    });
    this.#keeper = storage && new StateKeeper(storage.folder, storage.id, this.receiver, log);
  }

  /** Says where to send to from now on. */
  connect({ metrics, lines, logs, traces, webhooks }: Outputs): void {
    this.#metrics = metrics && new MetricsPipeline(this.resource, metrics, this.#view, this.#heartbeat);
    this.#lines = lines && new LinesPipeline(this.#telegraf, lines);
    this.#traces.connect(traces);
    this.#logs.connect(
      logs,
      webhooks.map((webhook) => (records) => webhook.take(records)),
    );
  }

  /** Hands over the events and spans that were gathered. */
  async handOver(): Promise<void> {
    await this.#logs.push();
    await this.#traces.push();
  }

  /** Ends, and hands over what is left. */
  async shutdown(): Promise<void> {
    await this.receiver.shutdown();
    await this.handOver();
    await this.#keeper?.close();
  }

  /** Reads names and setups, takes up what was saved, then begins to scrape. */
  async start(): Promise<void> {
    await this.#refresh();
    await this.#keeper?.restore();
    this.receiver.start();
  }

  /** What is wrong with files of names and setups, by path. */
  get fileProblems(): ReadonlyMap<string, string> {
    return new Map([...this.#names.problems, ...this.#setups.problems]);
  }

  async #onFrame(frame: Frame): Promise<void> {
    this.onRead?.();
    await this.#keeper?.onFrame(frame);
    await Promise.all([this.#metrics?.push(frame), this.#lines?.push(frame)]);
    await this.handOver();
    this.onScraped?.(this.#clock.monotonic() - frame.monotonicTime);
  }

  async #refresh(): Promise<void> {
    await this.#setups.refresh();
    if (await this.#names.refresh()) this.receiver.renamePeers();
  }
}
