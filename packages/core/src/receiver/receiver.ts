import { setTimeout as delay } from 'node:timers/promises';
import { diag, type DiagLogger } from '@opentelemetry/api';
import { WireGuardError } from '../errors.js';
import type { Reading, Snapshot } from '../model/snapshot.js';
import { runInSlices } from '../model/slices.js';
import type { EventName } from '../signals/events/metadata.js';
import { SCOPE } from '../signals/names.js';
import type { PointSink } from '../signals/point-sink.js';
import type { SessionContexts } from '../signals/sessions/session-tracker.js';
import { toFailure } from '../source/source.js';
import type { Frame } from '../state/frame.js';
import type { Restoration } from '../state/saved/load.js';
import { Tracker } from '../state/tracker.js';
import { ChangeFeed, type ChangeListener, type ChangesOptions } from './change-feed.js';
import { ChangeLog } from './change-log.js';
import type { Changes } from './change-queue.js';
import { harmless } from '../model/harmless-log.js';
import { ReceiverTunnels } from './receiver-tunnels.js';
import { resolveOptions, type ReceiverOptions, type ResolvedOptions } from './options.js';
import { Outputs, type Providers } from './outputs.js';
import { untraced } from '../model/suppress-tracing.js';

/** What a source gets to stop after its signal, in milliseconds. */
const GRACE = 1000;

const NOTHING: Reading = { devices: [], failures: [], notes: [] };

/** Reads WireGuard at an interval and turns it into metrics and events:
 *
 *  ```ts
 *  const receiver = new WireGuardReceiver();
 *  receiver.start();
 *  process.once('SIGTERM', () => receiver.shutdown());
 *  ```
 *
 *  Nothing it does throws into the application, and its timers do not keep the process alive; a scrape under way does, for
 *  `timeout` at most. What can't be read is logged through the API's `diag`, once when it begins and once when it is over. */
export class WireGuardReceiver {
  readonly #options: ResolvedOptions;
  readonly #tracker: Tracker;
  readonly #log: DiagLogger = harmless(diag.createComponentLogger({ namespace: SCOPE.name }));
  readonly #conditions = new ChangeLog(this.#log);
  readonly #changes = new ChangeFeed(this.#log);
  readonly #outputs: Outputs;
  /** The tunnels as applications see them. */
  readonly tunnels: ReceiverTunnels;
  #timer: NodeJS.Timeout | undefined;
  #providers: Providers;
  #running: Promise<Frame> | undefined;
  /** What could be read last. */
  #reading: Reading | undefined;
  /** A read that is under way, possibly for longer than the scrape that began it. */
  #pending: Promise<Reading> | undefined;
  #frame: Frame | undefined;
  /** Whether the scrape under way has its frame and is handing it over. */
  #delivering = false;
  /** Why the last scrape failed, to be said once. */
  #trouble: string | undefined;
  #skippedScrapes = 0;

  /** @throws {WireGuardError} `INVALID_OPTION` */
  constructor(options: ReceiverOptions = {}) {
    this.#options = resolveOptions(options);
    this.#tracker = new Tracker(this.#options);
    this.tunnels = new ReceiverTunnels(this.#options.identity, (series) => this.sessions?.current(series));
    this.#outputs = new Outputs(this.#options, (sink) => this.visitPoints(sink), this.#log);
    this.#providers = this.#options;
  }

  /** The result of the last scrape. `undefined`: there was none yet. */
  get frame(): Frame | undefined {
    return this.#frame;
  }

  /** How many scrapes were left out because the one before was still under way. */
  get skippedScrapes(): number {
    return this.#skippedScrapes;
  }

  /** Events that were left out because there were too many at once, by name. Absent: none. */
  get droppedEvents(): ReadonlyMap<EventName, number> {
    return this.#outputs.events.dropped;
  }

  /** The spans of sessions, for whoever refers to them. `undefined`: not started, or nobody wants any. */
  get sessions(): SessionContexts | undefined {
    return this.#outputs.sessions;
  }

  /** Begins to scrape, registers instruments with the meter provider, and looks up where events and spans go. Calling it again does
   *  nothing. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#outputs.connect(this.#providers);
    const { initialDelay, secondDelay, collectionInterval } = this.#options;
    this.#after(initialDelay, () => {
      this.#after(secondDelay, () => {
        this.#timer = setInterval(() => this.#tick(), collectionInterval).unref();
      });
    });
  }

  /** Sends everything to these providers from now on, or from `start` on. What a provider is the same for stays as it is; with
   *  another one instruments are made anew and spans of sessions that go on end. */
  connect(providers: Providers): void {
    this.#providers = providers;
    if (this.#timer !== undefined) this.#outputs.connect(providers);
  }

  /** Scrapes now. If a scrape is under way, waits for that one instead; `onFrame` gets the frame it was called with. Rejects
   *  only if `onFrame` or `beforeScrape` does. It may be called without `start`, and after `shutdown`. */
  scrape(): Promise<Frame> {
    // To wait for the end of a scrape that waits for `onFrame` would be to wait for oneself.
    if (this.#delivering) return Promise.resolve(this.#frame!);
    this.#running ??= this.#scrape().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** Asks `names` and `expectations` for every peer again, with the next scrape. */
  renamePeers(): void {
    this.#tracker.rename();
  }

  /** Calls a listener with each change, in order, once its scrape is done. What it throws is logged, and harms nobody.
   *
   *  @returns what ends that */
  on(_event: 'change', listener: ChangeListener): () => void {
    return this.#changes.subscribe(listener);
  }

  /** The changes from now on, one after the other, until the signal, `break` or `shutdown` ends them. Who falls behind by more
   *  than `limit` of them misses the oldest, and `dropped` counts those:
   *
   *  ```ts
   *  for await (const change of receiver.changes()) console.log(change.type);
   *  ``` */
  changes(options: ChangesOptions = {}): Changes {
    return this.#changes.iterate(options);
  }

  /** See {@link Tracker.save}. To be called in `onFrame`, or after `shutdown`: no scrape may end meanwhile. */
  save(boot: string | undefined): Generator<string, void> {
    return this.#tracker.save(boot);
  }

  /** See {@link Tracker.restore}. To be called before `start`. */
  restore(lines: Iterable<string>, from: Pick<Restoration, 'boot' | 'clean'>): Promise<string | undefined> {
    const { clock } = this.#options;
    const { boot, clean } = from;
    const now = { boot, clean, time: clock.now(), monotonicTime: clock.monotonic() };
    return runInSlices(this.#tracker.restore(lines, now));
  }

  /** Walks the metrics of the last scrape. Without one, or if it is too long ago, there are none. */
  *visitPoints(sink: PointSink): Generator<void, void> {
    const { view, clock } = this.#options;
    if (this.#frame !== undefined) yield* view.visit(this.#frame, clock.monotonic(), sink);
  }

  /** Stops, once the scrape under way is done: a read takes `timeout` at most, and `onFrame` is waited for no longer than
   *  that either. Calling it again does nothing. */
  async shutdown(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#outputs.disconnect();
    const patience = this.#options.timeout + GRACE;
    await Promise.race([this.#running?.catch(() => undefined), delay(patience, undefined, { ref: false })]);
    // Who has started it again meanwhile wants it to go on.
    if (this.#timer !== undefined) return;
    this.#outputs.endSessions();
    this.tunnels.clear();
    this.#changes.end();
  }

  /** Scrapes once, and says what is next. */
  #after(millis: number, next: () => void): void {
    this.#timer = setTimeout(() => {
      next();
      this.#tick();
    }, millis).unref();
  }

  #tick(): void {
    if (this.#running !== undefined) {
      this.#skippedScrapes++;
      return;
    }
    this.scrape().then(
      () => (this.#trouble = undefined),
      (error: unknown) => {
        if (this.#trouble !== String(error)) this.#log.error('a scrape failed', error);
        this.#trouble = String(error);
      },
    );
  }

  async #scrape(): Promise<Frame> {
    const { beforeScrape, clock } = this.#options;
    if (beforeScrape !== undefined) await beforeScrape();
    const reading = await this.#read();
    const snapshot: Snapshot = { ...reading, takenAt: clock.now(), monotonicTime: clock.monotonic() };
    this.#frame = await runInSlices(this.#tracker.advance(snapshot));
    this.#conditions.update(this.#frame);
    await this.#outputs.write(this.#frame);
    await this.tunnels.update(this.#frame);
    this.#changes.tell(this.#frame.changes);
    this.#delivering = true;
    try {
      await this.#options.onFrame(this.#frame);
    } finally {
      this.#delivering = false;
    }
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
      return { ...NOTHING, failures: [toFailure(source.name, undefined, error)] };
    } finally {
      done.abort();
      overdue.catch(() => undefined);
    }
  }

  async #ask(): Promise<Reading> {
    const { source, timeout, clock } = this.#options;
    const signal = AbortSignal.timeout(timeout);
    const reading = await source.read({ signal, previous: this.#reading, now: clock.now() });
    // A source of the application's own may leave out what it has nothing of.
    return { ...NOTHING, ...reading };
  }
}
