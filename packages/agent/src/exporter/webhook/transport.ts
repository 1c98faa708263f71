import type { WebhookConfig } from '../../config/configuration.js';
import { HttpClient, type HttpAnswer } from '../http-client.js';
import { retryDelayOf } from '../retry-after.js';
import type { Outcome, Sendable, Transport } from '../transport.js';

/** What may work when it is sent again: also what a busy chat server says, unlike with OTLP. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Posts messages to a webhook. Of its address, which may be a secret, it shows scheme and host. */
export class WebhookTransport implements Transport {
  readonly endpoint: string;
  readonly #client: HttpClient;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: WebhookConfig, now: () => number = () => performance.now()) {
    this.endpoint = new URL(config.url).origin;
    this.#client = new HttpClient(config, now);
  }

  get problem(): string | undefined {
    return this.#client.problem;
  }

  prepare(): Promise<string | undefined> {
    return this.#client.prepare();
  }

  send({ bytes, headers = {} }: Sendable, signal: AbortSignal): Promise<Outcome> {
    return this.#client.post(bytes, headers, signal, toOutcome);
  }

  close(): void {
    this.#client.close();
  }
}

/** What the server says beside the status is left out: it may quote the address. */
function toOutcome({ status, headers }: HttpAnswer): Outcome {
  if (status >= 200 && status < 300) return { kind: 'sent', rejectedItems: 0, message: '' };
  const [reason, message] = [`http_${status}`, `HTTP ${status}`];
  if (!RETRYABLE.has(status)) return { kind: 'refused', reason, message };
  return { kind: 'failed', reason, message, retryDelay: retryDelayOf(headers['retry-after']), connected: true };
}
