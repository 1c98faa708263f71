import type { WebhookConfig } from '../../config/configuration.js';
import { HttpClient, type HttpAnswer } from '../http-client.js';
import { statusOutcome } from '../status-outcome.js';
import type { Outcome, Sendable, Transport } from '../transport.js';

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
function toOutcome(answer: HttpAnswer): Outcome {
  return statusOutcome(answer, '');
}
