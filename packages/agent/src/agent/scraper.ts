import { uptime } from 'node:os';
import { MetricView, WireGuardReceiver, type Attributes, type Frame } from '@wgotel/core';
import type { ReceiverConfig } from '../config/configuration.js';
import type { Logger } from '../log.js';
import { SetupBook } from '../drift/setup-book.js';
import { NameBook } from '../names/name-book.js';
import { MetricsPipeline, type RequestTaker } from '../pipeline.js';
import { receiverOptions } from './receiver-options.js';

/** One receiver of the configuration at work: reads WireGuard, and hands what it finds to the exporters of its
 *  pipelines. */
export class Scraper {
  readonly config: ReceiverConfig;
  readonly receiver: WireGuardReceiver;
  readonly #names: NameBook;
  readonly #setups: SetupBook;
  readonly #view: MetricView;
  #pipeline: MetricsPipeline | undefined;
  /** Told after each scrape how long it took, in milliseconds. */
  onScraped: ((duration: number) => void) | undefined;

  constructor(config: ReceiverConfig, log: Logger) {
    this.config = config;
    this.#view = new MetricView(config.metrics);
    this.#names = new NameBook(config.names, log);
    this.#setups = new SetupBook(config.drift, log);
    this.receiver = new WireGuardReceiver({
      ...receiverOptions(config),
      names: this.#names.nameOf,
      expectedDevices: this.#setups.expected,
      onFrame: (frame) => this.#onFrame(frame),
    });
  }

  /** Says where to send to from now on. `undefined`: nowhere. */
  connect(resource: Attributes, taker: RequestTaker | undefined): void {
    this.#pipeline = taker && new MetricsPipeline(resource, taker, this.#view);
  }

  /** Reads names and setups, then begins to scrape. */
  async start(): Promise<void> {
    await Promise.all([this.#names.refresh(), this.#setups.refresh()]);
    this.receiver.start();
  }

  /** Reads names, setups and WireGuard once, without `start`. */
  async scrapeOnce(): Promise<Frame> {
    await Promise.all([this.#names.refresh(), this.#setups.refresh()]);
    return this.receiver.scrape();
  }

  /** What is wrong with files of names and setups, by path. */
  get fileProblems(): ReadonlyMap<string, string> {
    return new Map([...this.#names.problems, ...this.#setups.problems]);
  }

  async #onFrame(frame: Frame): Promise<void> {
    await this.#pipeline?.push(frame);
    this.onScraped?.(uptime() * 1000 - frame.monotonicTime);
    await this.#setups.refresh();
    if (await this.#names.refresh()) this.receiver.renamePeers();
  }
}
