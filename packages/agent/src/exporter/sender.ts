import { setTimeout } from 'node:timers/promises';
import type { RetryConfig } from '../config/configuration.js';
import type { Logger } from '../log.js';
import type { EncodedRequest } from '../otlp/request.js';
import { Backoff } from './backoff.js';
import { Ledger, type Deliveries } from './ledger.js';
import { RequestQueue } from './request-queue.js';
import type { Failed, Outcome, Transport } from './transport.js';
import { TroubleLog } from './trouble-log.js';

/** What {@link SenderOptions.retry} is by default: it never gives up. */
export const RETRY: RetryConfig = {
  enabled: true,
  initialInterval: 1000,
  maxInterval: 30_000,
  multiplier: 1.5,
  randomizationFactor: 0.2,
  maxElapsedTime: 0,
};

/** How sending gets on. Times are in milliseconds since the epoch. */
export interface SenderState {
  /** Without credentials. */
  readonly endpoint: string;
  readonly queuedBytes: number;
  /** `undefined`: nothing was delivered yet. */
  readonly lastSuccess: number | undefined;
  /** Why attempts fail at present. `undefined`: they don't. */
  readonly failure: { readonly reason: string; readonly message: string; readonly since: number } | undefined;
}

export interface SenderOptions {
  /** Fields of every line of the log, such as what is sent. Default: none. */
  readonly about?: object | undefined;
  /** Default: {@link RETRY}. */
  readonly retry?: RetryConfig | undefined;
  /** How much waits in memory, in bytes, before the oldest is dropped. Default: 64 MiB. */
  readonly queueLimit?: number | undefined;
  /** Above how many waiting bytes `enqueue` makes its caller wait. Default: 16 MiB. */
  readonly pressureLimit?: number | undefined;
  /** For tests: waits for milliseconds, or until the signal is aborted. Never rejects. */
  readonly sleep?: ((millis: number, signal: AbortSignal) => Promise<unknown>) | undefined;
  /** For tests: milliseconds of a clock that never steps. */
  readonly now?: (() => number) | undefined;
  /** For tests: a number from 0 to 1. */
  readonly random?: (() => number) | undefined;
}

const MIB = 1024 * 1024;

/** Sends requests one at a time and in order, and tries again for as long as it takes. What can't be delivered is counted
 *  and said. */
export class Sender {
  readonly #transport: Transport;
  readonly #pressureLimit: number;
  readonly #retry: RetryConfig;
  readonly #now: () => number;
  readonly #sleep: (millis: number, signal: AbortSignal) => Promise<unknown>;
  readonly #queue: RequestQueue;
  readonly #backoff: Backoff;
  readonly #trouble: TroubleLog;
  readonly #ledger = new Ledger();
  /** Aborted: nothing is sent any more. */
  readonly #end = new AbortController();
  /** Aborted: no use to wait longer for the next attempt. */
  #pause = new AbortController();
  /** Why the attempt before failed. `undefined`: it did not. */
  #failing: SenderState['failure'];
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
    this.#queue = new RequestQueue(options.queueLimit ?? 64 * MIB);
    this.#retry = options.retry ?? RETRY;
    this.#now = options.now ?? (() => performance.now());
    this.#backoff = new Backoff(this.#retry, options.random ?? Math.random);
    this.#trouble = new TroubleLog(log, this.#now, options.about ?? {});
  }

  get deliveries(): Deliveries {
    return this.#ledger.deliveries;
  }

  get state(): SenderState {
    const { endpoint } = this.#transport;
    return { endpoint, queuedBytes: this.#queue.bytes, lastSuccess: this.#lastSuccess, failure: this.#failing };
  }

  /** Takes a request over. The promise makes the caller wait while much is under way. When sending does not get on there
   *  is no point in waiting: then the oldest requests are dropped as new ones come. */
  enqueue(request: EncodedRequest): Promise<void> {
    this.#ledger.enqueue(request);
    if (this.#closing !== undefined) {
      this.#discard(request, 'shutdown');
      return Promise.resolve();
    }
    for (const oldest of this.#queue.push(request)) this.#drop(oldest, 'queue_full', 'the queue is full');
    this.#working ??= this.#work();
    if (!this.#isPressed()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Counts items that are not sent at all. */
  leaveOut(items: number, reason: string): void {
    this.#ledger.leftOut(items, reason);
    this.#trouble.seen(reason, 'left out what was too much', { endpoint: this.#transport.endpoint, reason });
  }

  /** Delivers what is queued, as far as that goes in the time given, says what it had to drop, and lets go of the
   *  connection. Takes no more requests. Calling it again waits for the same. */
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
    const { shutdown } = this.deliveries.dropped;
    if (shutdown !== undefined) {
      const message = 'there was no time left to deliver what was queued';
      this.#trouble.seen('shutdown', 'dropped requests', { reason: 'shutdown', message, dropped: shutdown });
    }
    done.abort();
    this.#transport.close();
  }

  async #work(): Promise<void> {
    for (let request = this.#queue.shift(); request !== undefined; request = this.#queue.shift()) {
      this.#release();
      await this.#deliver(request);
    }
    this.#working = undefined;
  }

  async #deliver(request: EncodedRequest): Promise<void> {
    const begun = this.#now();
    while (!this.#end.signal.aborted) {
      const outcome = await this.#transport.send(request, this.#end.signal);
      this.#tellOfCredentials();
      if (outcome.kind !== 'failed') {
        this.#settle(request, outcome);
        return;
      }
      if (this.#end.signal.aborted) break;
      if (this.#givesUp(begun)) {
        this.#fail(outcome);
        this.#drop(request, 'gave_up', outcome.message);
        return;
      }
      await this.#wait(outcome);
    }
    this.#discard(request, 'shutdown');
  }

  #settle(request: EncodedRequest, outcome: Exclude<Outcome, Failed>): void {
    this.#recover();
    if (outcome.kind === 'refused') {
      const { reason, message, lasting } = outcome;
      if (lasting === true) this.#refused = reason;
      this.#drop(request, reason, message, lasting);
      return;
    }
    if (this.#refused !== undefined) {
      this.#trouble.over(this.#refused, 'the server takes requests now', { endpoint: this.#transport.endpoint });
      this.#refused = undefined;
    }
    const rejectedItems = Math.min(outcome.rejectedItems, request.items);
    this.#ledger.sent(request, rejectedItems);
    this.#lastSuccess = Date.now();
    request.release();
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
    if (problem === undefined) this.#trouble.over('files', 'the credentials can be used again', { endpoint });
    else this.#trouble.seen('files', 'new credentials can not be used, the old ones stay', { endpoint, problem });
  }

  #fail({ reason, message, hint }: Failed): void {
    this.#failing = { reason, message, since: this.#failing?.since ?? Date.now() };
    const { endpoint } = this.#transport;
    this.#trouble.seen(reason, 'sending failed, will be tried again', { endpoint, reason, message, hint });
  }

  async #wait(outcome: Failed): Promise<void> {
    const delay = outcome.retryDelay ?? this.#backoff.next(outcome.connected);
    this.#fail(outcome);
    this.#release();
    this.#pause = new AbortController();
    await this.#sleep(delay, this.#pause.signal);
  }

  #recover(): void {
    if (this.#failing === undefined) return;
    const { queued, dropped } = this.deliveries;
    this.#trouble.over(this.#failing.reason, 'the server answers again', { queued, dropped });
    this.#failing = undefined;
    this.#backoff.reset();
  }

  #drop(request: EncodedRequest, reason: string, message: string, lasting = false): void {
    this.#discard(request, reason);
    const { endpoint } = this.#transport;
    this.#trouble.seen(reason, 'dropped a request', { endpoint, reason, message, items: request.items }, lasting);
  }

  #discard(request: EncodedRequest, reason: string): void {
    this.#ledger.dropped(request, reason);
    request.release();
  }

  #isPressed(): boolean {
    return this.#queue.bytes > this.#pressureLimit && this.#failing === undefined && this.#closing === undefined;
  }

  #release(): void {
    if (this.#isPressed()) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function sleep(millis: number, signal: AbortSignal): Promise<unknown> {
  return setTimeout(millis, undefined, { signal }).catch(() => undefined);
}
