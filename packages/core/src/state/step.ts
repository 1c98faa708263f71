import type { Io, Totals } from './frame.js';

/** The two instants that a device's trackers step between. */
export interface Step {
  /** Wall and monotonic time of this reading, in milliseconds. */
  readonly time: number;
  readonly monotonicTime: number;
  /** Of the last good reading. `undefined`: this is the first one, the silent baseline. */
  readonly previous: { readonly time: number; readonly monotonicTime: number } | undefined;
  /** The sums of a peer that is new since, with the latest instant at which its counters are known to have been 0. One
   *  object of each for all such peers. */
  readonly newIo: Io;
  readonly newTotals: Totals;
  /** Whether the device was deleted and made again in between. */
  readonly recreated: boolean;
  /** Two scrape intervals, in milliseconds. */
  readonly tolerance: number;
  /** Of the device. */
  readonly standardMessages: boolean;
}
