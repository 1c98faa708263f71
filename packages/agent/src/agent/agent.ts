import { isDeepStrictEqual } from 'node:util';
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { systemClock, type Attributes, type Clock } from '@wgotel/core';
import type { Configuration, ReceiverConfig } from '../config/configuration.js';
import type { Logger } from '../log.js';
import { readHost, resourceAttributes } from '../resource.js';
import { SelfMetrics } from '../self-metrics/self-metrics.js';
import { closeFolders, openFolders, type StateFolders } from '../storage/state-folders.js';
import { outputsOf } from './outputs.js';
import { phaseOf } from './phase.js';
import { Scraper } from './scraper.js';
import { makeSenders, Senders, type SenderEntry } from './senders.js';

/** How long the end of an exporter may wait for what is still queued, in milliseconds. */
const FLUSH_TIMEOUT = 5000;

/** Everything a configuration asks for, at work: receivers scrape, and the pipelines say which exporters get what. */
export class Agent {
  readonly #log: Logger;
  readonly #clock: Clock;
  #configuration: Configuration;
  #senders: Senders = new Senders();
  #folders: StateFolders = new Map();
  #scrapers = new Map<string, Scraper>();
  #selfMetrics: SelfMetrics | undefined;
  /** Told of each scrape of a receiver, before anything is sent. */
  onRead: (() => void) | undefined;
  /** Ends of exporters that a reload took away. */
  readonly #ending = new Set<Promise<void>>();

  /** @param clock another than the system's is for simulations */
  constructor(configuration: Configuration, log: Logger, clock: Clock = systemClock) {
    this.#configuration = configuration;
    this.#log = log;
    this.#clock = clock;
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** What it is itself. */
  get resource(): Attributes {
    return resourceAttributes(readHost(), this.#configuration.telemetry.resource);
  }

  get senders(): Senders {
    return this.#senders;
  }

  /** By the id of the receiver. */
  get scrapers(): ReadonlyMap<string, Scraper> {
    return this.#scrapers;
  }

  /** Metrics of the agent itself, for whoever asks. None where nobody wants them. */
  async selfMetrics(): Promise<readonly ScopeMetrics[]> {
    return (await this.#selfMetrics?.collect()) ?? [];
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
    // A folder that a reload before this one has given up may still be in use.
    await Promise.all(this.#ending);
    const folders = await openFolders(directoriesOf(configuration), this.#folders);
    const senders = await this.#makeSenders(configuration, folders);
    const previous = { senders: this.#senders, scrapers: this.#scrapers, folders: this.#folders };
    this.#senders = senders;
    this.#folders = folders;
    this.#configuration = configuration;
    this.#scrapers = new Map();
    const started: Scraper[] = [];
    await this.#measure();
    for (const [id, config] of Object.entries(configuration.receivers)) {
      const known = previous.scrapers.get(id);
      const resource = this.#resourceOf(config);
      const outputs = outputsOf(id, configuration.pipelines, senders);
      const isTraced = outputs.traces !== undefined;
      const isSame = isDeepStrictEqual([known?.config, known?.resource, known?.isTraced], [config, resource, isTraced]);
      const scraper = isSame ? known! : this.#makeScraper(id, config, resource, isTraced);
      if (scraper !== known) started.push(scraper);
      this.#scrapers.set(id, scraper);
      // What it still has to send is for those that it was made for.
      if (scraper === known) await scraper.handOver();
      scraper.connect(outputs);
      scraper.onRead = () => this.onRead?.();
      scraper.onScraped = (duration) => this.#selfMetrics?.scraped(id, duration);
    }
    const stopped = [...previous.scrapers.values()].filter(
      (scraper) => ![...this.#scrapers.values()].includes(scraper),
    );
    await Promise.all(stopped.map((scraper) => scraper.shutdown()));
    // Queues go from one to the other, and folders are free, once the old senders have ended.
    const ended = this.#endSenders(previous.senders.without(senders));
    for (const { sender } of senders.without(previous.senders)) sender.start(ended);
    this.#end(ended.then(() => closeFolders(previous.folders, folders)));
    await Promise.all(started.map((scraper) => scraper.start()));
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.#scrapers.values()].map((scraper) => scraper.shutdown()));
    await this.#selfMetrics?.shutdown();
    this.#end(this.#endSenders([...this.#senders]));
    await Promise.all(this.#ending);
    await closeFolders(this.#folders, new Map());
    this.#folders = new Map();
  }

  async #makeSenders(configuration: Configuration, folders: StateFolders): Promise<Senders> {
    try {
      return await makeSenders(configuration, this.#senders, this.#log);
    } catch (error) {
      await closeFolders(folders, this.#folders);
      throw error;
    }
  }

  #makeScraper(id: string, config: ReceiverConfig, resource: Attributes, isTraced: boolean): Scraper {
    const folder = config.storage === undefined ? undefined : this.#folders.get(config.storage);
    const storage = folder && { folder, id };
    const options = { storage, phase: phaseOf(resource, id), clock: this.#clock };
    return new Scraper(config, resource, isTraced, this.#log, options);
  }

  /** Begins or ends to tell of the agent itself. */
  async #measure(): Promise<void> {
    const { telemetry, pages, textfiles } = this.#configuration;
    const readers = [...this.#senders, ...Object.keys(pages), ...Object.keys(textfiles)];
    const wanted = telemetry.metrics.enabled && readers.length > 0;
    if (wanted === (this.#selfMetrics !== undefined)) return;
    await this.#selfMetrics?.shutdown();
    this.#selfMetrics = wanted ? new SelfMetrics(this) : undefined;
  }

  async #endSenders(entries: readonly SenderEntry[]): Promise<void> {
    await Promise.all(entries.map(({ sender }) => sender.shutdown(FLUSH_TIMEOUT)));
  }

  #end(shutdown: Promise<void>): void {
    this.#ending.add(shutdown);
    void shutdown.finally(() => this.#ending.delete(shutdown));
  }

  #resourceOf({ resourceAttributes: said }: ReceiverConfig): Attributes {
    return Object.fromEntries(Object.entries(this.resource).filter(([name]) => said[name]?.enabled !== false));
  }
}

/** Where something is kept that outlives the process. */
function directoriesOf({ receivers, exporters }: Configuration): string[] {
  const queues = Object.values(exporters).flatMap((ofSignals) => Object.values(ofSignals).map(({ queue }) => queue));
  return [...Object.values(receivers), ...queues].flatMap(({ storage }) => storage ?? []);
}
