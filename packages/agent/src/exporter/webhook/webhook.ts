import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { TokenBucket } from '@wgotel/core';
import type { WebhookConfig } from '../../config/configuration.js';
import type { Sender } from '../sender.js';
import { isWarning, toMessage } from './message.js';

/** So many messages go at once, and after them so many a second. */
const BURST = 10;
const RATE = 1 / 10;

/** Makes messages of the events somebody wants to hear of, and no more than somebody can read. */
export class Webhook {
  readonly #config: WebhookConfig;
  readonly #sender: Pick<Sender, 'enqueue' | 'leaveOut'>;
  readonly #limit = new TokenBucket(BURST, RATE);
  readonly #now: () => number;
  #leftOut = 0;

  /** @param sender the one to the webhook
   *  @param now milliseconds of a clock that never steps */
  constructor(
    config: WebhookConfig,
    sender: Pick<Sender, 'enqueue' | 'leaveOut'>,
    now: () => number = () => performance.now(),
  ) {
    this.#config = config;
    this.#sender = sender;
    this.#now = now;
  }

  take(records: readonly ReadableLogRecord[]): void {
    for (const record of records) {
      if (!this.#isWanted(record)) continue;
      if (!this.#limit.take(this.#now())) {
        this.#leftOut++;
        this.#sender.leaveOut(1, 'rate_limited');
        continue;
      }
      const { headers, body } = toMessage(this.#config.format, record, this.#leftOut);
      this.#leftOut = 0;
      // Nobody waits: there are few of them.
      void this.#sender.enqueue({ bytes: Buffer.from(body), headers, items: 1, release: () => undefined });
    }
  }

  #isWanted(record: ReadableLogRecord): boolean {
    const { events } = this.#config;
    return events === undefined ? isWarning(record) : events.includes(record.eventName ?? '');
  }
}
