import type { DiagLogger } from '@opentelemetry/api';
import { runInSlices } from '../../model/slices.js';
import type { SpanIds } from '../../model/tunnel.js';
import type { Change } from '../../state/change.js';
import type { Frame } from '../../state/frame.js';
import type { Disclosure } from '../disclosure.js';
import { eventNameOf, SUMMARY } from './definitions.js';
import type { EventLogger, EventLoggerProvider, EventRecord } from './event.js';
import { groupsOf, type Group } from './grouping.js';
import { findLogger, isHeard } from './logger.js';
import type { EventName } from './metadata.js';
import { recordOf, summaryOf } from './record.js';
import type { EventSelection } from './selection.js';
import { TokenBucket } from './token-bucket.js';

/** Finds the span that a change is part of. `undefined`: none. */
export type SpanOfChange = (change: Change) => SpanIds | undefined;

/** Records of one event that may be written at once. */
const BURST = 200;
/** Records of one event a second, once those are used up. */
const RATE = 10;

/** What has been written of one event. */
interface Budget {
  readonly bucket: TokenBucket;
  dropped: number;
  /** Whether it was said that records are dropped. */
  dropping: boolean;
}

/** Writes changes as log records. Of each event no more than {@link BURST} at once and {@link RATE} a second are written;
 *  the rest is dropped and counted. A logger that throws is reported once and harms nobody. */
export class EventWriter {
  readonly #selection: EventSelection;
  readonly #told: Disclosure;
  readonly #log: DiagLogger;
  readonly #spanOf: SpanOfChange;
  readonly #budgets = new Map<EventName, Budget>();
  #logger: EventLogger | undefined;
  #failing = false;

  constructor(selection: EventSelection, told: Disclosure, log: DiagLogger, spanOf: SpanOfChange = () => undefined) {
    this.#selection = selection;
    this.#told = told;
    this.#log = log;
    this.#spanOf = spanOf;
  }

  /** Records dropped since the beginning, by name of the event. Absent: none. */
  get dropped(): ReadonlyMap<EventName, number> {
    return new Map([...this.#budgets].flatMap(([name, { dropped }]) => (dropped > 0 ? [[name, dropped]] : [])));
  }

  /** Looks up where records go: to the given provider, else to the global one. Nothing is written before. */
  connect(provider: EventLoggerProvider | undefined): void {
    this.#logger = findLogger(provider);
    if (provider === undefined && !isHeard(this.#logger)) {
      this.#log.info('there is no LoggerProvider yet, so events go nowhere: set one up before start(), or pass it in');
    }
  }

  /** Writes what changed in a frame. */
  async write({ changes, time, monotonicTime }: Frame): Promise<void> {
    if (this.#logger === undefined) return;
    const wanted = changes.filter((change) => this.#selection.includes(change));
    const groups = this.#selection.has(SUMMARY)
      ? await runInSlices(groupsOf(wanted))
      : wanted.map((change): Group => [change]);
    for (const group of groups) {
      const [change] = group;
      const name = group.length > 1 ? SUMMARY : eventNameOf(change.type);
      if (!this.#mayWrite(name, monotonicTime)) continue;
      this.#emit(() =>
        group.length > 1 ? summaryOf(group, time) : recordOf(change, time, this.#spanOf(change), this.#told),
      );
    }
    this.#sayWhatIsOver(monotonicTime);
  }

  #mayWrite(name: EventName, now: number): boolean {
    let budget = this.#budgets.get(name);
    if (budget === undefined) {
      this.#budgets.set(name, (budget = { bucket: new TokenBucket(BURST, RATE), dropped: 0, dropping: false }));
    }
    if (budget.bucket.take(now)) return true;
    budget.dropped++;
    if (!budget.dropping) {
      this.#log.warn(`too many ${name}: beyond ${BURST} at once and ${RATE} a second, records are dropped`);
    }
    budget.dropping = true;
    return false;
  }

  /** Only once there is room for a burst again, or a line would be written with every other scrape. */
  #sayWhatIsOver(now: number): void {
    for (const [name, budget] of this.#budgets) {
      if (!budget.dropping || !budget.bucket.isFull(now)) continue;
      budget.dropping = false;
      this.#log.info(`over: too many ${name}; ${budget.dropped} were dropped since the beginning`);
    }
  }

  #emit(make: () => EventRecord): void {
    try {
      this.#logger!.emit(make());
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn('an event could not be written', error);
      this.#failing = true;
    }
  }
}
