import type { Results, Run } from './results.js';
import type { Figure, Table } from './table.js';

/** What `npm run bench` measures under a name of its own. */
export interface Part<T = unknown> {
  readonly name: string;
  /** In a sentence. */
  readonly what: string;
  /** What the sizes are of. */
  readonly of: string;
  /** Where nobody says. */
  readonly sizes: readonly number[];
  /** Explains rows in the docs. */
  readonly legend?: readonly Pick<Figure<T>, 'label' | 'what'>[];
  /** Says why it can't be measured here; absent or `undefined`: it can. */
  obstacles?(): string | undefined;
  /** Measures it at one size.
   *
   *  @param say is told what is being done */
  measure(size: number, say: (step: string) => void): Promise<T>;
  /** Makes tables of what was measured.
   *
   *  @param results those of all parts, for what is compared across them */
  tables(runs: readonly Run<T>[], results: Results): readonly Table[];
}
