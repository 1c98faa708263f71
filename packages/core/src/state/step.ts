/** The two instants that a device's trackers step between. */
export interface Step {
  /** Wall and monotonic time of this reading, in milliseconds. */
  readonly time: number;
  readonly monotonicTime: number;
  /** Of the last good reading. `undefined`: this is the first one, the silent baseline. */
  readonly previous: { readonly time: number; readonly monotonicTime: number } | undefined;
  /** The latest instant at which the counters of what is new or was reset since are known to have been 0. */
  readonly zeroTime: number;
  /** Whether the device was deleted and made again in between. */
  readonly recreated: boolean;
  /** Two scrape intervals, in milliseconds. */
  readonly tolerance: number;
}
