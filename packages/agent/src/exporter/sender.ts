import { setTimeout } from 'node:timers/promises';
import type { RetryConfig } from '../config/configuration.js';
import type { Logger } from '../log.js';
import type { EncodedRequest } from '../otlp/request.js';
import { Backoff } from './backoff.js';
import { Ledger, type Count, type Deliveries } from './ledger.js';
import type { Queue, Stored } from './queue/queue.js';
import { RequestQueue } from './queue/request-queue.js';
import { Replay } from './replay.js';
import { RETRY, type SenderOptions } from './sender-options.js';
import type { Failed, Outcome, Transport } from './transport.js';
import { TroubleLog } from '../trouble-log.js';

/** How sending gets on. Times are in milliseconds since the epoch. */
export interface SenderState {
  /** Without credentials. */
  readonly endpoint: string;
  readonly queuedBytes: number;
  /** What of it outlives the process. `undefined`: nothing ever does. */
  readonly stored: Stored | undefined;
  /** `undefined`: nothing was delivered yet. */
  readonly lastSuccess: number | undefined;
  /** Why attempts fail at present. `undefined`: they don't. */
  readonly failure: { readonly reason: string; readonly message: string; readonly since: number } | undefined;
}

const MIB = 1024 * 1024;

/** Before it is tried again to read from disk, in milliseconds. */
const READ_PAUSE = 1000;

/** Sends requests one at a time and in order, and tries again for as long as it takes. What can't be delivered is counted
 *  and said. */
export class Sender {
  readonly #transport: Transport;
  readonly #pressureLimit: number;
  readonly #retry: RetryConfig;
  readonly #now: () => number;
  readonly #sleep: (millis: number, signal: AbortSignal) => Promise<unknown>;
  readonly #queue: Queue;
  readonly #backoff: Backoff;
  readonly #replay: Replay;
  readonly #log: Logger;
  readonly #about: object;
  readonly #trouble: TroubleLog;
  readonly #ledger = new Ledger();
  /** Aborted: nothing is sent any more. */
  readonly #end = new AbortController();
  /** Aborted: no use to wait longer for the next attempt. */
  #pause = new AbortController();
  /** Why the attempt before failed. `undefined`: it did not. */
  #failing: SenderState['failure'];
  /** All reasons why attempts failed since the last that did not. */
  readonly #reasons = new Set<string>();
  #lastSuccess: number | undefined;
  /** Why the server takes nothing until it is set up otherwise. `undefined`: it does. */
  #refused: string | undefined;
  #working: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  constructor(transport: Transport, log: Logger, options: SenderOptions = {}) {
    this.#transport = transport;
    this.#pressureLimit = options.pressureLimit ?? 16 * MIB;
    this.#sleep = options.sleep ?? sleep;
    this.#queue = options.queue ?? new RequestQueue(64 * MIB);
    this.#retry = options.retry ?? RETRY;
    this.#now = options.now ?? (() => performance.now());
    const random = options.random ?? Math.random;
    this.#backoff = new Backoff(this.#retry, random);
    this.#replay = new Replay(random);
    this.#log = log;
    this.#about = options.about ?? {};
    this.#trouble = new TroubleLog(log, this.#now, this.#about);
    this.#queue.connect({
      restored: (found) => this.#restore(found),
      dropped: (items, reason, message) => this.#tellDropped(items, reason, message),
      progressed: () => this.#goOn(),
    });
  }

  get deliveries(): Deliveries {
    return this.#ledger.deliveries;
  }

  get state(): SenderState {
    const { endpoint } = this.#transport;
    const { bytes: queuedBytes, stored } = this.#queue;
    return { endpoint, queuedBytes, stored, lastSuccess: this.#lastSuccess, failure: this.#failing };
  }

  /** Takes up what the queue has from before. What is in memory alone needs no start.
   *
   *  @param after what has to be over before: somebody else may still be using it */
  start(after: Promise<unknown> = Promise.resolve()): void {
    this.#queue.open(after);
  }

  /** Takes a request over. The promise makes the caller wait while much is under way. When sending does not get on there
   *  is no point in waiting: then the oldest requests are dropped as new ones come. */
  enqueue(request: EncodedRequest): Promise<void> {
    this.#ledger.enqueue(request);
    if (this.#closing !== undefined) {
      this.#ledger.dropped(request.items, 'shutdown');
      request.release();
      return Promise.resolve();
    }
    this.#queue.push(request);
    this.#run();
    if (!this.#isPressed()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Counts items that are not sent at all. */
  leaveOut(items: number, reason: string): void {
    this.#ledger.leftOut(items, reason);
    this.#trouble.seen(reason, 'left out what was too much', { endpoint: this.#transport.endpoint, reason });
  }

  /** Delivers what is queued, as far as that goes in the time given, says what it had to drop, and lets go of the
   *  connection. What is on disk stays there once sending does not get on. Takes no more requests. Calling it again waits
   *  for the same. */
  shutdown(deadlineMillis: number): Promise<void> {
    this.#closing ??= this.#close(deadlineMillis);
    return this.#closing;
  }

  async #close(deadlineMillis: number): Promise<void> {
    const done = new AbortController();
    this.#pause.abort();
    void this.#sleep(deadlineMillis, done.signal).then(() => {
      this.#end.abort();
      this.#pause.abort();
    });
    await this.#working;
    for (const items of await this.#queue.close()) this.#ledger.dropped(items, 'shutdown');
    this.#release();
    const { shutdown } = this.deliveries.dropped;
    if (shutdown !== undefined) {
      const message = 'there was no time left to deliver what was queued';
      this.#trouble.seen('shutdown', 'dropped requests', { reason: 'shutdown', message, dropped: shutdown });
    }
    done.abort();
    this.#transport.close();
  }

  #run(): void {
    if (this.#closing === undefined && !this.#queue.isEmpty) this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    while (!this.#queue.isEmpty && !this.#leavesTheRest()) {
      const pause = this.#replay.next(this.#queue.stored?.requests ?? 0);
      // At the end there is no time for it.
      if (pause !== undefined && this.#closing === undefined) await this.#rest(pause);
      const request = await this.#queue.take();
      this.#release();
      if (request !== undefined) await this.#deliver(request);
      else if (this.#closing !== undefined) break;
      else await this.#rest(READ_PAUSE);
    }
    this.#replay.end();
    this.#working = undefined;
  }

  /** At the end, what is on disk can wait there for the next agent, rather than hold up this one. */
  #leavesTheRest(): boolean {
    if (this.#end.signal.aborted) return true;
    return this.#queue.stored !== undefined && this.#closing !== undefined && this.#failing !== undefined;
  }

  async #deliver(request: EncodedRequest): Promise<void> {
    const begun = this.#now();
    while (!this.#leavesTheRest()) {
      const outcome = await this.#transport.send(request, this.#end.signal);
      this.#tellOfCredentials();
      if (outcome.kind !== 'failed') {
        this.#settle(request, outcome);
        await this.#queue.remove();
        return;
      }
      if (this.#end.signal.aborted) return;
      if (this.#givesUp(begun)) {
        this.#fail(outcome);
        this.#tellDropped(request.items, 'gave_up', outcome.message);
        await this.#queue.remove();
        return;
      }
      await this.#wait(outcome);
    }
  }

  #settle(request: EncodedRequest, outcome: Exclude<Outcome, Failed>): void {
    this.#recover();
    if (outcome.kind === 'refused') {
      const { reason, message, lasting } = outcome;
      if (lasting === true) this.#refused = reason;
      this.#tellDropped(request.items, reason, message, lasting);
      return;
    }
    if (this.#refused !== undefined) {
      this.#trouble.over([this.#refused], 'the server takes requests now', { endpoint: this.#transport.endpoint });
      this.#refused = undefined;
    }
    const rejectedItems = Math.min(outcome.rejectedItems, request.items);
    this.#ledger.sent(request, rejectedItems);
    this.#lastSuccess = Date.now();
    if (rejectedItems > 0 || outcome.message !== '') {
      this.#trouble.seen('partial_success', 'the server took a request only in part, or warns', {
        rejectedItems,
        message: outcome.message,
      });
    }
  }

  #givesUp(begun: number): boolean {
    const { enabled, maxElapsedTime } = this.#retry;
    return !enabled || (maxElapsedTime > 0 && this.#now() - begun >= maxElapsedTime);
  }

  /** New credentials that can't be used are no failure as long as the old ones work. */
  #tellOfCredentials(): void {
    const { problem, endpoint } = this.#transport;
    if (problem === undefined) this.#trouble.over(['files'], 'the credentials can be used again', { endpoint });
    else this.#trouble.seen('files', 'new credentials can not be used, the old ones stay', { endpoint, problem });
  }

  #fail({ reason, message, hint }: Failed): void {
    this.#failing = { reason, message, since: this.#failing?.since ?? Date.now() };
    this.#reasons.add(reason);
    const { endpoint } = this.#transport;
    this.#trouble.seen(reason, 'sending failed, will be tried again', { endpoint, reason, message, hint });
  }

  async #wait(outcome: Failed): Promise<void> {
    const delay = outcome.retryDelay ?? this.#backoff.next(outcome.connected);
    this.#fail(outcome);
    this.#release();
    if (!this.#leavesTheRest()) await this.#rest(delay);
  }

  async #rest(millis: number): Promise<void> {
    this.#pause = new AbortController();
    await this.#sleep(millis, this.#pause.signal);
  }

  #recover(): void {
    if (this.#failing === undefined) return;
    const { queued, dropped } = this.deliveries;
    this.#trouble.over([...this.#reasons], 'the server answers again', { queued, dropped });
    this.#reasons.clear();
    this.#failing = undefined;
    this.#backoff.reset();
    if (this.#queue.stored !== undefined) this.#replay.begin();
  }

  #restore(found: Count): void {
    this.#ledger.restored(found);
    this.#log.info('requests are there from before, and go out first', { ...this.#about, ...found });
    this.#replay.begin();
  }

  /** The queue took something in, or could not. */
  #goOn(): void {
    const problem = this.#queue.stored?.problem;
    if (problem === undefined) this.#trouble.over(['storage'], 'requests are kept on disk again', {});
    else this.#trouble.seen('storage', 'requests can not be kept on disk, and wait in memory', { problem }, true);
    this.#release();
    this.#run();
  }

  #tellDropped(items: number, reason: string, message: string, lasting = false): void {
    this.#ledger.dropped(items, reason);
    const { endpoint } = this.#transport;
    this.#trouble.seen(reason, 'dropped a request', { endpoint, reason, message, items }, lasting);
  }

  #isPressed(): boolean {
    const { memoryBytes, stored } = this.#queue;
    const isStuck = stored === undefined ? this.#failing !== undefined : stored.problem !== undefined;
    return memoryBytes > this.#pressureLimit && !isStuck && this.#closing === undefined;
  }

  #release(): void {
    if (this.#isPressed()) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function sleep(millis: number, signal: AbortSignal): Promise<unknown> {
  return setTimeout(millis, undefined, { signal }).catch(() => undefined);
}
