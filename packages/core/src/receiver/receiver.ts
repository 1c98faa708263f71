import { setTimeout as delay } from 'node:timers/promises';
import { createNoopMeter, diag, metrics, type DiagLogger } from '@opentelemetry/api';
import { WireGuardError } from '../errors.js';
import type { Reading, Snapshot } from '../model/snapshot.js';
import { runAtOnce, runInSlices } from '../model/slices.js';
import { observeMetrics } from '../signals/meter.js';
import { SCOPE } from '../signals/names.js';
import { visitPoints, type PointSink } from '../signals/visit-points.js';
import { toFailure } from '../source/source.js';
import type { Frame } from '../state/frame.js';
import { Tracker } from '../state/tracker.js';
import { ChangeLog } from './change-log.js';
import { resolveOptions, type ReceiverOptions, type ResolvedOptions } from './options.js';
import { untraced } from './suppress-tracing.js';

/** What a source gets to stop after its signal, in milliseconds. */
const GRACE = 1000;

/** Reads WireGuard at an interval and turns it into metrics:
 *
 *  ```ts
 *  const receiver = new WireGuardReceiver();
 *  receiver.start();
 *  process.once('SIGTERM', () => receiver.shutdown());
 *  ```
 *
 *  Nothing it does throws into the application or keeps the process alive. What can't be read is logged through the
 *  API's `diag`, once when it begins and once when it is over. */
export class WireGuardReceiver {
  readonly #options: ResolvedOptions;
  readonly #tracker: Tracker;
  readonly #log: DiagLogger = diag.createComponentLogger({ namespace: SCOPE.name });
  readonly #changes = new ChangeLog(this.#log);
  #timer: NodeJS.Timeout | undefined;
  #unobserve: (() => void) | undefined;
  #running: Promise<Frame> | undefined;
  /** What could be read last. */
  #reading: Reading | undefined;
  /** A read that is under way, possibly for longer than the scrape that began it. */
  #pending: Promise<Reading> | undefined;
  #frame: Frame | undefined;
  #skippedScrapes = 0;

  /** @throws {WireGuardError} `INVALID_OPTION` */
  constructor(options: ReceiverOptions = {}) {
    this.#options = resolveOptions(options);
    this.#tracker = new Tracker(this.#options);
  }

  /** The result of the last scrape. `undefined`: there was none yet. */
  get frame(): Frame | undefined {
    return this.#frame;
  }

  /** How many scrapes were left out because the one before was still under way. */
  get skippedScrapes(): number {
    return this.#skippedScrapes;
  }

  /** Begins to scrape, and registers instruments with the meter provider. Calling it again does nothing. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#observe();
    const { initialDelay, collectionInterval } = this.#options;
    this.#timer = setTimeout(() => {
      this.#timer = setInterval(() => this.#tick(), collectionInterval).unref();
      this.#tick();
    }, initialDelay).unref();
  }

  /** Scrapes now. If a scrape is under way, waits for that one instead. Rejects only if `onFrame` does. */
  scrape(): Promise<Frame> {
    this.#running ??= this.#scrape().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Walks the metrics of the last scrape. Without one, or if it is too long ago, there are none. */
  *visitPoints(sink: PointSink): Generator<void, void> {
    if (this.#frame !== undefined) yield* visitPoints(this.#frame, this.#options.clock.monotonic(), sink);
  }

  /** Stops, once the scrape under way is done. Calling it again does nothing. */
  async shutdown(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running?.catch(() => undefined);
    this.#unobserve?.();
    this.#unobserve = undefined;
  }

  #observe(): void {
    const { meterProvider } = this.#options;
    if (meterProvider === false || this.#unobserve !== undefined) return;
    const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE.name, SCOPE.version);
    if (meter === createNoopMeter()) {
      this.#log.warn('there is no MeterProvider yet, so metrics go nowhere: set one up before start(), or pass it in');
    }
    this.#unobserve = observeMetrics(meter, (sink) => runAtOnce(this.visitPoints(sink)));
  }

  #tick(): void {
    if (this.#running !== undefined) {
      this.#skippedScrapes++;
      return;
    }
    this.scrape().catch((error: unknown) => this.#log.error('a scrape failed', error));
  }

  async #scrape(): Promise<Frame> {
    const reading = await this.#read();
    const { clock } = this.#options;
    const snapshot: Snapshot = { ...reading, takenAt: clock.now(), monotonicTime: clock.monotonic() };
    this.#frame = await runInSlices(this.#tracker.advance(snapshot));
    this.#changes.update(this.#frame);
    await this.#options.onFrame(this.#frame);
    return this.#frame;
  }

  /** A source ends by the signal. One that does not is waited for a little longer, and never asked twice at once. */
  async #read(): Promise<Reading> {
    const { source, timeout } = this.#options;
    this.#pending ??= untraced(() => this.#ask()).finally(() => (this.#pending = undefined));
    const done = new AbortController();
    const overdue = delay(timeout + GRACE, undefined, { ref: false, signal: done.signal }).then(() => {
      throw new WireGuardError('TIMEOUT', 'the source did not even stop when it was told to');
    });
    try {
      this.#reading = await Promise.race([this.#pending, overdue]);
      return this.#reading;
    } catch (error) {
      return { devices: [], failures: [toFailure(source.name, undefined, error)], notes: [] };
    } finally {
      done.abort();
      overdue.catch(() => undefined);
    }
  }

  async #ask(): Promise<Reading> {
    const { source, timeout } = this.#options;
    return source.read({ signal: AbortSignal.timeout(timeout), previous: this.#reading });
  }
}
