import type { Clock, Reading, Snapshot, Source } from '@wgotel/core';

/** A source that plays snapshots, with a clock that shows their times: the last one is repeated for ever. */
export class ScriptedSource implements Source, Clock {
  readonly name = 'scripted';
  reads = 0;
  readonly #script: readonly Snapshot[];

  constructor(...script: readonly Snapshot[]) {
    this.#script = script;
  }

  read(): Promise<Reading> {
    this.reads++;
    return Promise.resolve(this.#current);
  }

  now(): number {
    return this.#current.takenAt;
  }

  monotonic(): number {
    return this.#current.monotonicTime;
  }

  get #current(): Snapshot {
    return this.#script[Math.min(Math.max(this.reads, 1), this.#script.length) - 1]!;
  }
}
