import type { Header, LineKind, Lines } from './format.js';
import { assertVersion, lineReaders, readHeader } from './readers.js';

/** Lines as they were read, by kind but in order. */
export type ReadLine = { [K in LineKind]: { readonly kind: K; readonly content: Lines[K] } }[LineKind];

/** Where and when saved state is taken up again. */
export interface Restoration {
  /** Names the run of the machine that the monotonic clock belongs to. `undefined`: unknown, so that clock is not relied on. */
  readonly boot: string | undefined;
  /** Now, in milliseconds since the epoch, and on the monotonic clock. */
  readonly time: number;
  readonly monotonicTime: number;
  /** Whether nothing was reported to anybody since it was saved. */
  readonly clean: boolean;
}

export interface Loaded {
  readonly header: Header;
  /** What was added to instants on the monotonic clock. */
  readonly shift: number;
  readonly lines: readonly ReadLine[];
}

/** Lines read between two pauses. */
const BATCH = 256;

/** Reads saved state to the end before anything of it is believed. Pauses now and then.
 *
 *  @throws {Error} that says what is wrong */
export function* load(lines: Iterable<string>, now: Restoration): Generator<void, Loaded> {
  const read: ReadLine[] = [];
  let header: Header | undefined;
  let shift = 0;
  let readers = lineReaders(shift);
  let number = 0;
  for (const line of lines) {
    if (line === '') continue;
    number++;
    try {
      const value: unknown = JSON.parse(line);
      if (header === undefined) {
        assertVersion(value);
        header = readHeader(value);
        shift = shiftOf(header, now);
        readers = lineReaders(shift);
        continue;
      }
      if (!Array.isArray(value) || !Object.hasOwn(readers, String(value[0]))) throw new TypeError('unknown line');
      const kind = value[0] as LineKind;
      read.push({ kind, content: readers[kind](value[1]) } as ReadLine);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      // Neither the line nor what the parser cites of it is shown.
      const why = error instanceof TypeError ? error.message : 'not JSON';
      throw new Error(`line ${number}: ${number === 1 ? 'not saved state' : why}`, { cause: error });
    }
    if (number % BATCH === 0) yield;
  }
  const last = read.pop();
  if (header === undefined || last?.kind !== 'end' || last.content.lines !== read.length) {
    throw new Error('it is cut short');
  }
  return { header, shift, lines: read };
}

/** After another start of the machine the monotonic clock is another: only the wall clock tells how long ago things were. */
function shiftOf(header: Header, now: Restoration): number {
  if (header.boot !== undefined && header.boot === now.boot) return 0;
  return now.monotonicTime - now.time - (header.monotonicTime - header.time);
}
