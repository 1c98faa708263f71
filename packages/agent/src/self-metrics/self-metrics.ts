import type { Histogram, Meter } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Agent } from '../agent/agent.js';
import { FanOut } from '../exporter/fan-out.js';
import { readHost, resourceAttributes } from '../resource.js';
import { VERSION } from '../version.js';
import { SelfMetricsExporter } from './exporter.js';
import { SELF_METRICS } from './metadata.js';

/** Between two exports, in milliseconds. */
const INTERVAL = 60_000;

const SCRAPE_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Tells of the agent itself, as metrics under `wgotel.`, to every exporter. They are documented in docs/agent.md. */
export class SelfMetrics {
  readonly #provider: MeterProvider;
  readonly #reader: PeriodicExportingMetricReader;
  readonly #scrapes: Histogram;

  /** @param interval for tests, in milliseconds */
  constructor(agent: Agent, interval: number = INTERVAL) {
    const { resource } = agent.configuration.telemetry;
    const taker = (): FanOut =>
      new FanOut([...agent.senders].filter(({ signal }) => signal === 'metrics').map(({ sender }) => sender));
    const exporter = new SelfMetricsExporter(taker);
    this.#reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis: interval,
      exportTimeoutMillis: interval,
    });
    this.#provider = new MeterProvider({
      resource: resourceFromAttributes(resourceAttributes(readHost(), resource)),
      readers: [this.#reader],
    });
    const meter = this.#provider.getMeter('@wgotel/agent', VERSION);
    this.#scrapes = meter.createHistogram('wgotel.scrape.duration', {
      ...SELF_METRICS['wgotel.scrape.duration'],
      advice: { explicitBucketBoundaries: SCRAPE_BOUNDARIES },
    });
    observe(meter, agent);
  }

  /** One scrape of a receiver is done.
   *
   *  @param duration in milliseconds */
  scraped(receiver: string, duration: number): void {
    this.#scrapes.record(duration / 1000, { 'wgotel.receiver': receiver });
  }

  /** What there is to tell now. */
  async collect(): Promise<readonly ScopeMetrics[]> {
    return (await this.#reader.collect()).resourceMetrics.scopeMetrics;
  }

  /** Hands over what is left. The senders must still take it. */
  async shutdown(): Promise<void> {
    await this.#provider.shutdown();
  }
}

function observe(meter: Meter, agent: Agent): void {
  meter
    .createObservableCounter('wgotel.scrape.skipped', SELF_METRICS['wgotel.scrape.skipped'])
    .addCallback((result) => {
      for (const [id, { receiver }] of agent.scrapers) {
        result.observe(receiver.skippedScrapes, { 'wgotel.receiver': id });
      }
    });
  meter
    .createObservableCounter('wgotel.events.dropped', SELF_METRICS['wgotel.events.dropped'])
    .addCallback((result) => {
      for (const [id, { receiver }] of agent.scrapers) {
        for (const [name, count] of receiver.droppedEvents) {
          result.observe(count, { 'wgotel.receiver': id, 'wgotel.event': name });
        }
      }
    });
  meter
    .createObservableGauge('wgotel.exporter.queue.size', SELF_METRICS['wgotel.exporter.queue.size'])
    .addCallback((result) => {
      for (const { exporter, signal, sender } of agent.senders) {
        result.observe(sender.state.queuedBytes, { 'wgotel.exporter': exporter, 'wgotel.signal': signal });
      }
    });
  meter
    .createObservableCounter('wgotel.exporter.items', SELF_METRICS['wgotel.exporter.items'])
    .addCallback((result) => {
      for (const { exporter, signal, sender } of agent.senders) {
        const { sent, dropped } = sender.deliveries;
        const attributes = { 'wgotel.exporter': exporter, 'wgotel.signal': signal };
        result.observe(sent.items, attributes);
        for (const [reason, { items }] of Object.entries(dropped)) {
          result.observe(items, { ...attributes, 'error.type': reason });
        }
      }
    });
  meter
    .createObservableGauge('wgotel.process.memory.usage', SELF_METRICS['wgotel.process.memory.usage'])
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
}
