import { uptime } from 'node:os';
import { MetricView, WireGuardReceiver, type Attributes, type Frame } from '@wgotel/core';
import type { ReceiverConfig } from '../config/configuration.js';
import type { Logger } from '../log.js';
import { NameBook } from '../names/name-book.js';
import { MetricsPipeline, type RequestTaker } from '../pipeline.js';
import { receiverOptions } from './receiver-options.js';

/** One receiver of the configuration at work: reads WireGuard, and hands what it finds to the exporters of its
 *  pipelines. */
export class Scraper {
  readonly config: ReceiverConfig;
  readonly receiver: WireGuardReceiver;
  readonly #names: NameBook;
  readonly #view: MetricView;
  #pipeline: MetricsPipeline | undefined;
  /** Told of each scrape once WireGuard was read, before anything is sent. */
  onRead: (() => void) | undefined;
  /** Told after each scrape how long it took, in milliseconds. */
  onScraped: ((duration: number) => void) | undefined;

  constructor(config: ReceiverConfig, log: Logger) {
    this.config = config;
    this.#view = new MetricView(config.metrics);
    this.#names = new NameBook(config.names, log);
    this.receiver = new WireGuardReceiver({
      ...receiverOptions(config),
      names: this.#names.nameOf,
      onFrame: (frame) => this.#onFrame(frame),
    });
  }

  /** Says where to send to from now on. `undefined`: nowhere. */
  connect(resource: Attributes, taker: RequestTaker | undefined): void {
    this.#pipeline = taker && new MetricsPipeline(resource, taker, this.#view);
  }

  /** Reads the names, then begins to scrape. */
  async start(): Promise<void> {
    await this.#names.refresh();
    this.receiver.start();
  }

  /** Reads the names and WireGuard once, without `start`. */
  async scrapeOnce(): Promise<Frame> {
    await this.#names.refresh();
    return this.receiver.scrape();
  }

  /** What is wrong with files of names, by path. */
  get nameProblems(): ReadonlyMap<string, string> {
    return this.#names.problems;
  }

  async #onFrame(frame: Frame): Promise<void> {
    this.onRead?.();
    await this.#pipeline?.push(frame);
    this.onScraped?.(uptime() * 1000 - frame.monotonicTime);
    if (await this.#names.refresh()) this.receiver.renamePeers();
  }
}
