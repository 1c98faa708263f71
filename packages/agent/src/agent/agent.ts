import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../config/configuration.js';
import { FanOut } from '../exporter/fan-out.js';
import type { Logger } from '../log.js';
import { readHost, resourceAttributes } from '../resource.js';
import { SelfMetrics } from '../self-metrics/self-metrics.js';
import { Scraper } from './scraper.js';
import { gone, makeSenders, type Senders } from './senders.js';

/** How long the end of an exporter may wait for what is still queued, in milliseconds. */
const FLUSH_TIMEOUT = 5000;

/** Everything a configuration asks for, at work: receivers scrape, and the pipelines say which exporters get what. */
export class Agent {
  readonly #log: Logger;
  #configuration: Configuration;
  #senders: Senders = new Map();
  #scrapers = new Map<string, Scraper>();
  #selfMetrics: SelfMetrics | undefined;
  /** Told of each scrape of a receiver, before anything is sent. */
  onRead: (() => void) | undefined;
  /** Ends of exporters that a reload took away. */
  readonly #ending = new Set<Promise<void>>();

  constructor(configuration: Configuration, log: Logger) {
    this.#configuration = configuration;
    this.#log = log;
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  get senders(): Senders {
    return this.#senders;
  }

  /** By the id of the receiver. */
  get scrapers(): ReadonlyMap<string, Scraper> {
    return this.#scrapers;
  }

  /** @throws {ConfigError} if files that the configuration names can't be used */
  async start(): Promise<void> {
    await this.reload(this.#configuration);
  }

  /** Takes another configuration. A receiver whose section is the same goes on with all it knows, and so does an exporter;
   *  of an exporter that is gone, what it still has queued is delivered.
   *
   *  @throws {ConfigError} and leaves everything as it was */
  async reload(configuration: Configuration): Promise<void> {
    const senders = await makeSenders(configuration.exporters, this.#senders, this.#log);
    const previous = { senders: this.#senders, scrapers: this.#scrapers };
    this.#senders = senders;
    this.#configuration = configuration;
    this.#scrapers = new Map();
    const started: Scraper[] = [];
    await this.#measure();
    for (const [id, config] of Object.entries(configuration.receivers)) {
      const known = previous.scrapers.get(id);
      const scraper =
        known !== undefined && isDeepStrictEqual(known.config, config) ? known : new Scraper(config, this.#log);
      if (scraper !== known) started.push(scraper);
      this.#scrapers.set(id, scraper);
      this.#connect(id, scraper);
      scraper.onRead = () => this.onRead?.();
      scraper.onScraped = (duration) => this.#selfMetrics?.scraped(id, duration);
    }
    const stopped = [...previous.scrapers.values()].filter(
      (scraper) => ![...this.#scrapers.values()].includes(scraper),
    );
    await Promise.all(stopped.map((scraper) => scraper.receiver.shutdown()));
    for (const { sender } of gone(previous.senders, senders)) this.#end(sender.shutdown(FLUSH_TIMEOUT));
    await Promise.all(started.map((scraper) => scraper.start()));
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.#scrapers.values()].map(({ receiver }) => receiver.shutdown()));
    await this.#selfMetrics?.shutdown();
    for (const { sender } of this.#senders.values()) this.#end(sender.shutdown(FLUSH_TIMEOUT));
    await Promise.all(this.#ending);
  }

  /** Begins or ends to tell of the agent itself. */
  async #measure(): Promise<void> {
    const wanted = this.#configuration.telemetry.metrics.enabled && this.#senders.size > 0;
    if (wanted === (this.#selfMetrics !== undefined)) return;
    await this.#selfMetrics?.shutdown();
    this.#selfMetrics = wanted ? new SelfMetrics(this) : undefined;
  }

  #end(shutdown: Promise<void>): void {
    this.#ending.add(shutdown);
    void shutdown.finally(() => this.#ending.delete(shutdown));
  }

  #connect(id: string, scraper: Scraper): void {
    const { pipelines, telemetry } = this.#configuration;
    const ids = Object.values(pipelines)
      .filter(({ receivers }) => receivers.includes(id))
      .flatMap(({ exporters }) => exporters);
    const senders = [...new Set(ids)].map((exporter) => this.#senders.get(exporter)!.sender);
    const resource = resourceAttributes(readHost(), telemetry.resource);
    for (const [name, { enabled }] of Object.entries(scraper.config.resourceAttributes)) {
      if (!enabled) delete (resource as Record<string, unknown>)[name];
    }
    scraper.connect(resource, senders.length > 0 ? new FanOut(senders) : undefined);
  }
}
