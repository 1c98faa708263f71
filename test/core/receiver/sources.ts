import type { Reading, ReadOptions, Source } from '@wgotel/core';

export const NOTHING: Reading = { devices: [], failures: [], notes: [] };

/** A source whose readings last until they are released. */
export class HeldSource implements Source {
  readonly name = 'held';
  reads = 0;
  #release: ((reading: Reading) => void) | undefined;

  read(): Promise<Reading> {
    this.reads++;
    return new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release!(NOTHING);
  }
}

/** A source that reads as it is told. */
export function sourceOf(read: (options: ReadOptions) => Promise<Reading>): Source {
  return { name: 'told', read };
}
