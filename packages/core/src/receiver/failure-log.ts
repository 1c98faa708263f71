import type { DiagLogger } from '@opentelemetry/api';
import type { Reading } from '../model/snapshot.js';

/** Says what can't be read once, when it begins, and once when it is over. */
export class FailureLog {
  readonly #log: DiagLogger;
  #failing = new Map<string, string>();
  #noted = new Set<string>();

  constructor(log: DiagLogger) {
    this.#log = log;
  }

  update({ failures, notes }: Reading): void {
    const failing = new Map(
      failures.map(({ source, device, code, message }) => [
        `${source} ${device ?? ''} ${code}`,
        `${source}: ${message}`,
      ]),
    );
    for (const [key, message] of failing) if (!this.#failing.has(key)) this.#log.warn(message);
    for (const [key, message] of this.#failing) if (!failing.has(key)) this.#log.info(`over: ${message}`);
    this.#failing = failing;

    const noted = new Set(notes.map(({ source, message }) => `${source}: ${message}`));
    for (const message of noted) if (!this.#noted.has(message)) this.#log.info(message);
    this.#noted = noted;
  }
}
