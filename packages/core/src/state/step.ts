import type { Change } from './change.js';
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
  readonly devicePublicKey: string | undefined;
  /** Where to say what changed. `undefined`: it is silent, or said of the device as a whole. */
  readonly changes: Change[] | undefined;
  /** Where to say who came and went, for an audit trail. `undefined`: nobody asked. */
  readonly connections: Change[] | undefined;
  /** Whether part of what happened since the last reading was counted already by a process that was killed: then nothing of
   *  it is. */
  readonly uncounted: boolean;
  /** Since when what happened is counted. */
  readonly countedFrom: number;
}
