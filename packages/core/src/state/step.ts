import type { Change } from './change.js';
import type { Device } from '../model/device.js';
import type { Io, Totals } from './frame.js';
import { noTotals } from './totals.js';

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

/** The scrape that a reading belongs to. Times are in milliseconds. */
export interface Scrape {
  readonly time: number;
  readonly monotonicTime: number;
  /** Two scrape intervals. */
  readonly tolerance: number;
  readonly changes: Change[];
  /** Whether the audit trail was asked for. */
  readonly connections: boolean;
}

/** What a device's tracker knows before a reading. */
interface Known {
  /** Whether the device was ever read. */
  readonly isKnown: boolean;
  readonly gone: boolean;
  /** The last one that could be told. */
  readonly incarnation: string | undefined;
  readonly previous: Step['previous'];
  readonly uncounted: boolean;
}

/** Finds out what lies between the last reading of a device and this one. */
export function stepOf(device: Device, now: Scrape, known: Known): Step {
  const { uncounted } = known;
  const comparable = known.incarnation !== undefined && device.incarnation !== undefined;
  const recreated = comparable && known.incarnation !== device.incarnation;
  // It was out of sight and not gone after all, so its counters did not begin anew: the same as a first reading.
  const hidden = known.gone && comparable && !recreated;
  // After a backward step of the wall clock nothing may seem to begin in the future.
  const previous =
    known.previous === undefined || hidden
      ? undefined
      : { time: Math.min(known.previous.time, now.time), monotonicTime: known.previous.monotonicTime };
  const lastZero = previous === undefined ? (device.countingSince ?? now.time) : previous.time;
  const isNew = recreated || !known.isKnown;
  const zeroTime = isNew ? Math.max(lastZero, device.countingSince ?? 0) : lastZero;
  const countedFrom = uncounted ? now.time : (previous?.time ?? now.time);
  // Written out: what is made by spreading may get a hidden class of its own, and code compiled for it dies with it.
  return {
    time: now.time,
    monotonicTime: now.monotonicTime,
    previous,
    recreated,
    tolerance: now.tolerance,
    standardMessages: device.standardMessages,
    newIo: { startTime: Math.min(zeroTime, now.time), receive: 0, transmit: 0 },
    newTotals: noTotals(countedFrom),
    devicePublicKey: device.publicKey,
    // What is said of the device as a whole is not said of each peer.
    changes: !known.isKnown || recreated || known.gone ? undefined : now.changes,
    connections: now.connections ? [] : undefined,
    uncounted,
    countedFrom,
  };
}

/** The reading that restored peers were last part of. */
export function restoredStep(device: Device, { time, monotonicTime }: Pick<Scrape, 'time' | 'monotonicTime'>): Step {
  const scrape = { time, monotonicTime, tolerance: 0, changes: [], connections: false };
  const nothing = { isKnown: false, gone: false, incarnation: undefined, previous: undefined, uncounted: false };
  return stepOf(device, scrape, nothing);
}
