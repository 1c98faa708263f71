import { isDeepStrictEqual } from 'node:util';
import type { Configuration, ExporterConfig } from '../config/configuration.js';
import { ConfigError } from '../config/problems.js';
import { createQueue, createTransport } from '../exporter/create.js';
import { Sender } from '../exporter/sender.js';
import { Webhook } from '../exporter/webhook/webhook.js';
import type { Logger } from '../log.js';
import type { Signal } from '../signal.js';

/** A sender, and what it is for. */
export interface SenderEntry {
  /** The id of the exporter. */
  readonly exporter: string;
  readonly signal: Signal;
  readonly config: ExporterConfig;
  readonly sender: Sender;
  /** What makes messages of events. `undefined`: the exporter is no webhook. */
  readonly webhook: Webhook | undefined;
}

/** Whether what a sender takes is OTLP, and not lines or messages. */
export function takesOtlp({ config }: SenderEntry): boolean {
  return config.type === 'otlp_grpc' || config.type === 'otlp_http';
}

/** The senders of a configuration: one for each exporter and signal that a pipeline brings together. */
export class Senders implements Iterable<SenderEntry> {
  readonly #entries: ReadonlyMap<string, SenderEntry>;

  constructor(entries: readonly SenderEntry[] = []) {
    this.#entries = new Map(entries.map((entry) => [keyOf(entry.exporter, entry.signal), entry]));
  }

  get(exporter: string, signal: Signal): SenderEntry | undefined {
    return this.#entries.get(keyOf(exporter, signal));
  }

  [Symbol.iterator](): Iterator<SenderEntry> {
    return this.#entries.values();
  }

  /** Those that are not among others. */
  without(others: Senders): SenderEntry[] {
    return [...this].filter(({ exporter, signal, sender }) => others.get(exporter, signal)?.sender !== sender);
  }

  /** Something of each sender, by exporter and signal. */
  table<T>(of: (entry: SenderEntry) => T): Record<string, Partial<Record<Signal, T>>> {
    const table: Record<string, Partial<Record<Signal, T>>> = {};
    for (const entry of this) (table[entry.exporter] ??= {})[entry.signal] = of(entry);
    return table;
  }
}

function keyOf(exporter: string, signal: Signal): string {
  return `${exporter} ${signal}`;
}

/** Makes the senders of a configuration; one whose exporter did not change goes on as it is.
 *
 *  @throws {ConfigError} if the files of an exporter can't be used */
export async function makeSenders(
  { exporters, pipelines }: Pick<Configuration, 'exporters' | 'pipelines'>,
  before: Senders,
  log: Logger,
): Promise<Senders> {
  const entries = new Map<string, SenderEntry>();
  const problems = new Set<string>();
  for (const pipeline of Object.values(pipelines)) {
    for (const exporter of pipeline.exporters) {
      const { signal } = pipeline;
      const config = exporters[exporter]![signal]!;
      const key = keyOf(exporter, signal);
      if (entries.has(key)) continue;
      const known = before.get(exporter, signal);
      if (known !== undefined && isDeepStrictEqual(known.config, config)) {
        entries.set(key, known);
        continue;
      }
      const transport = createTransport(config, signal);
      const problem = await transport.prepare();
      if (problem !== undefined) problems.add(`exporters.${exporter}: ${problem}`);
      const queue = createQueue(config.queue, exporter, signal);
      const sender = new Sender(transport, log, { about: { exporter, signal }, retry: config.retry, queue });
      const webhook = config.type === 'webhook' ? new Webhook(config, sender) : undefined;
      entries.set(key, { exporter, signal, config, sender, webhook });
    }
  }
  const senders = new Senders([...entries.values()]);
  if (problems.size === 0) return senders;
  await Promise.all(senders.without(before).map(({ sender }) => sender.shutdown(0)));
  throw new ConfigError([...problems]);
}
