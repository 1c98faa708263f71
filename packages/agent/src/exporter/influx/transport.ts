import type { InfluxDbConfig } from '../../config/configuration.js';
import { compressed } from '../compressed.js';
import { HttpClient, type HttpAnswer } from '../http-client.js';
import { messageOf } from '../server-message.js';
import { statusOutcome } from '../status-outcome.js';
import type { Outcome, Sendable, Transport } from '../transport.js';

/** What is wrong until somebody changes it: who we are, what we may, and where to. */
const LASTING = [401, 403, 404];

const HINTS: Readonly<Record<number, string>> = {
  400: 'of a request that is refused in part, nobody says how much was taken: all of it counts as dropped',
  401: 'is token right, or with v1_compatibility username and password?',
  403: 'may this token write to this bucket?',
  404: 'are there this org and this bucket, or with v1_compatibility this db?',
  413: 'the server takes smaller requests only: a proxy in between may have a limit below 1 MB',
};

/** Writes lines to InfluxDB.
 *  Source: https://docs.influxdata.com/influxdb/v2/write-data/troubleshoot/#review-http-status-codes */
export class InfluxDbTransport implements Transport {
  readonly endpoint: string;
  readonly #config: InfluxDbConfig;
  readonly #client: HttpClient;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: InfluxDbConfig, now: () => number = () => performance.now()) {
    this.endpoint = config.url;
    this.#config = config;
    this.#client = new HttpClient(config, now);
  }

  get problem(): string | undefined {
    return this.#client.problem;
  }

  prepare(): Promise<string | undefined> {
    return this.#client.prepare();
  }

  async send({ bytes }: Sendable, signal: AbortSignal): Promise<Outcome> {
    const { body, headers } = await compressed(bytes, this.#config.compression);
    const all = { 'content-type': 'text/plain; charset=utf-8', ...headers };
    return this.#client.post(body, all, signal, toOutcome);
  }

  close(): void {
    this.#client.close();
  }
}

function toOutcome(answer: HttpAnswer): Outcome {
  const said = [messageOf(answer), HINTS[answer.status]].filter(Boolean).join(': ');
  return statusOutcome(answer, said, LASTING);
}
