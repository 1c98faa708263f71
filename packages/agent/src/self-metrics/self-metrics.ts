import type { Histogram, Meter, Observable } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import type { Agent } from '../agent/agent.js';
import { phaseOf } from '../agent/phase.js';
import { takesOtlp } from '../agent/senders.js';
import { FanOut } from '../exporter/fan-out.js';
import { VERSION } from '../version.js';
import { SelfMetricsExporter } from './exporter.js';
import { SELF_METRICS, type SelfMetricName } from './metadata.js';

/** Between two exports, in milliseconds. */
const INTERVAL = 60_000;

const SCRAPE_BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Tells of the agent itself, as metrics under `wgotel.`, to every exporter of OTLP. They are documented in docs/agent.md. */
export class SelfMetrics {
  readonly #provider: MeterProvider;
  readonly #reader: PeriodicExportingMetricReader;
  readonly #scrapes: Histogram;

  /** @param interval for tests, in milliseconds */
  constructor(agent: Agent, interval: number = INTERVAL) {
    const { resource } = agent;
    // Some seconds more or less on each host: those that start at once do not export at once for ever.
    const exportIntervalMillis = interval * (0.95 + 0.1 * phaseOf(resource, 'self-metrics'));
    const taker = (): FanOut =>
      new FanOut(
        [...agent.senders]
          .filter((entry) => entry.signal === 'metrics' && takesOtlp(entry))
          .map(({ sender }) => sender),
      );
    const exporter = new SelfMetricsExporter(taker);
    this.#reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis,
      exportTimeoutMillis: exportIntervalMillis,
    });
    this.#provider = new MeterProvider({
      resource: resourceFromAttributes(resource),
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
  observeExporters(meter, agent);
  meter
    .createObservableGauge('wgotel.process.memory.usage', SELF_METRICS['wgotel.process.memory.usage'])
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
}

/** All of one moment, so that it adds up: what was produced and restored is what was sent, is queued or was dropped. */
function observeExporters(meter: Meter, agent: Agent): void {
  const counter = (name: SelfMetricName): Observable => meter.createObservableCounter(name, SELF_METRICS[name]);
  const gauge = (name: SelfMetricName): Observable => meter.createObservableGauge(name, SELF_METRICS[name]);
  const [produced, restored] = [counter('wgotel.exporter.produced'), counter('wgotel.exporter.restored')];
  const items = counter('wgotel.exporter.items');
  const [queueItems, queueRequests] = [gauge('wgotel.exporter.queue.items'), gauge('wgotel.exporter.queue.requests')];
  const queueSize = gauge('wgotel.exporter.queue.size');
  meter.addBatchObservableCallback(
    (result) => {
      for (const { exporter, signal, sender } of agent.senders) {
        const { deliveries, state } = sender;
        const attributes = { 'wgotel.exporter': exporter, 'wgotel.signal': signal };
        result.observe(produced, deliveries.enqueued.items - deliveries.restored.items, attributes);
        result.observe(restored, deliveries.restored.items, attributes);
        result.observe(items, deliveries.sent.items, attributes);
        for (const [reason, dropped] of Object.entries(deliveries.dropped)) {
          result.observe(items, dropped.items, { ...attributes, 'error.type': reason });
        }
        result.observe(queueItems, deliveries.queued.items, attributes);
        result.observe(queueRequests, deliveries.queued.requests, attributes);
        result.observe(queueSize, state.queuedBytes, attributes);
      }
    },
    [produced, restored, items, queueItems, queueRequests, queueSize],
  );
}
