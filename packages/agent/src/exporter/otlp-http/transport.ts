import type { OtlpHttpConfig } from '../../config/configuration.js';
import { toJson } from '../../otlp/json/json.js';
import type { Signal } from '../../signal.js';
import { compressed } from '../compressed.js';
import { HttpClient } from '../http-client.js';
import type { Outcome, Sendable, Transport } from '../transport.js';
import { toOutcome } from './outcome.js';

const NO_CONNECTION_HINT =
  'does a Collector listen there? http:// is plain text and https:// is TLS; port 4318 is for OTLP/HTTP, 4317 for OTLP/gRPC';

/** Sends encoded requests over OTLP/HTTP, as protobuf or JSON. */
export class OtlpHttpTransport implements Transport {
  readonly endpoint: string;
  readonly #config: OtlpHttpConfig;
  readonly #signal: Signal;
  readonly #client: HttpClient;

  /** @param now milliseconds of a clock that never steps */
  constructor(config: OtlpHttpConfig, signal: Signal, now: () => number = () => performance.now()) {
    this.endpoint = config.url;
    this.#config = config;
    this.#signal = signal;
    this.#client = new HttpClient(config, now);
  }

  get problem(): string | undefined {
    return this.#client.problem;
  }

  prepare(): Promise<string | undefined> {
    return this.#client.prepare();
  }

  async send({ bytes }: Sendable, signal: AbortSignal): Promise<Outcome> {
    const { encoding, compression } = this.#config;
    const plain = encoding === 'json' ? Buffer.from(toJson(bytes, this.#signal)) : bytes;
    const { body, headers } = await compressed(plain, compression);
    const type = encoding === 'json' ? 'application/json' : 'application/x-protobuf';
    const all = { 'content-type': type, ...headers };
    const outcome = await this.#client.post(body, all, signal, (answer) => toOutcome(answer, this.#signal));
    const isHintDue = outcome.kind === 'failed' && ['unavailable', 'deadline_exceeded'].includes(outcome.reason);
    return isHintDue ? { ...outcome, hint: NO_CONNECTION_HINT } : outcome;
  }

  close(): void {
    this.#client.close();
  }
}
