import { isDeepStrictEqual } from 'node:util';
import type { ExporterConfig } from '../config/configuration.js';
import { ConfigError } from '../config/problems.js';
import { createTransport } from '../exporter/create.js';
import { Sender } from '../exporter/sender.js';
import type { Logger } from '../log.js';

interface Entry {
  readonly config: ExporterConfig;
  readonly sender: Sender;
}

/** The senders of a configuration, by the id of their exporter. */
export type Senders = ReadonlyMap<string, Entry>;

/** Makes a sender of each exporter; one whose configuration did not change goes on as it is.
 *
 *  @throws {ConfigError} if the files of an exporter can't be used */
export async function makeSenders(
  configs: Readonly<Record<string, ExporterConfig>>,
  before: Senders,
  log: Logger,
): Promise<Senders> {
  const senders = new Map<string, Entry>();
  const problems: string[] = [];
  for (const [id, config] of Object.entries(configs)) {
    const known = before.get(id);
    if (known !== undefined && isDeepStrictEqual(known.config, config)) {
      senders.set(id, known);
      continue;
    }
    const transport = createTransport(config);
    const problem = await transport.prepare();
    if (problem !== undefined) problems.push(`exporters.${id}: ${problem}`);
    const options = { retry: config.retry, queueLimit: config.queue.limit };
    senders.set(id, { config, sender: new Sender(transport, log, options) });
  }
  if (problems.length === 0) return senders;
  await Promise.all(gone(senders, before).map(({ sender }) => sender.shutdown(0)));
  throw new ConfigError(problems);
}

/** Those of `senders` that are not among `others`. */
export function gone(senders: Senders, others: Senders): Entry[] {
  return [...senders].filter(([id, { sender }]) => others.get(id)?.sender !== sender).map(([, entry]) => entry);
}
