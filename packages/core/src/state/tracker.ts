import type { Device } from '../model/device.js';
import type { SourceFailure, Snapshot } from '../model/snapshot.js';
import { DeviceTracker } from './device-tracker.js';
import type { DeviceView, ErrorCount, Frame } from './frame.js';
import type { PeerNames } from './name.js';
import { PeerLimit } from './peer-limit.js';
import type { PeerTracker } from './peer-tracker.js';
import { Series } from './series.js';
import { notAfter } from './start-time.js';

export interface TrackerOptions {
  /** Between two scrapes, in milliseconds. */
  readonly collectionInterval: number;
  /** How many peers have points of their own; the rest are added up. */
  readonly peerLimit: number;
  readonly names?: PeerNames | undefined;
}

/** The wall clock stepped if it moved this much, in milliseconds, against the monotonic one between two scrapes. */
const CLOCK_STEP = 1000;

/** Devices that are gone are reported as down; more of them than this are forgotten, the longest gone first. */
const MOST_MISSING = 100;

/** Ways of failing, by device and kind, that are counted apart. Further devices' failures are counted together. */
const MOST_ERRORS = 1000;

/** Turns snapshots, one after the other, into frames. It has no clock, no timer and no I/O: the same snapshots give the
 *  same frames. */
export class Tracker {
  readonly #options: TrackerOptions;
  readonly #limit: PeerLimit;
  readonly #devices = new Map<string, DeviceTracker>();
  readonly #errors = new Map<string, ErrorCount>();
  #previous: Snapshot | undefined;

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#limit = new PeerLimit(options.peerLimit);
  }

  /** Takes one snapshot in. It pauses now and then, for the event loop's sake; no other may begin before it is done. */
  *advance(snapshot: Snapshot): Generator<void, Frame> {
    const { takenAt: time, monotonicTime } = snapshot;
    const previous = this.#previous;
    const tolerance = 2 * this.#options.collectionInterval;
    yield* this.#review(monotonicTime);

    const views: DeviceView[] = [];
    const names = new Set<string>();
    for (const device of snapshot.devices) {
      // Listed twice: no source of ours does that.
      if (names.has(device.name)) continue;
      names.add(device.name);
      const tracker = this.#devices.get(device.name) ?? this.#begin(device);
      views.push(yield* tracker.advance(device, { time, monotonicTime }, tolerance));
    }
    views.push(...this.#missing(snapshot, names));

    const clockStep = previous === undefined ? 0 : time - previous.takenAt - (monotonicTime - previous.monotonicTime);
    for (const [key, count] of this.#errors) this.#errors.set(key, notAfter(time, count));
    for (const failure of snapshot.failures) this.#countError(failure, Math.min(previous?.takenAt ?? time, time));
    this.#previous = snapshot;
    return {
      time,
      monotonicTime,
      maxAge: tolerance,
      devices: views,
      errors: [...this.#errors.values()],
      failures: snapshot.failures,
      notes: snapshot.notes,
      clockStep: Math.abs(clockStep) > CLOCK_STEP ? clockStep : 0,
    };
  }

  #begin(device: Device): DeviceTracker {
    const { names = () => undefined } = this.#options;
    const before = this.#previous;
    // A failure may have hidden it in the snapshot before.
    const wasAbsent = before !== undefined && before.failures.length === 0;
    const knownAbsent = wasAbsent ? { time: before.takenAt, monotonicTime: before.monotonicTime } : undefined;
    const tracker = new DeviceTracker(device.name, names, this.#limit, knownAbsent);
    this.#devices.set(device.name, tracker);
    return tracker;
  }

  /** The devices seen before and not in this snapshot: not readable, or gone. */
  #missing({ failures, takenAt: time, monotonicTime }: Snapshot, present: ReadonlySet<string>): DeviceView[] {
    const blind = failures.filter(({ code }) => code !== 'DEVICE_NOT_FOUND');
    const unreadable = new Set(blind.map(({ device }) => device));
    const failed = new Set(blind.filter(({ device }) => device === undefined).map(({ source }) => source));
    const views: DeviceView[] = [];
    // A copy, as what goes is moved to the end.
    const known = [...this.#devices];
    for (const [name, tracker] of known) {
      if (present.has(name)) continue;
      const isBlind = unreadable.has(name) || failed.has(tracker.view?.device.source ?? '');
      if (!isBlind && !tracker.gone) {
        // To the end: what is gone for longest comes first.
        this.#devices.delete(name);
        this.#devices.set(name, tracker);
      }
      const view = isBlind ? tracker.miss() : tracker.remove({ time, monotonicTime });
      if (view !== undefined) views.push(view);
    }
    const gone = [...this.#devices].filter(([, tracker]) => tracker.gone).map(([name]) => name);
    const forgotten = new Set(gone.slice(0, Math.max(0, gone.length - MOST_MISSING)));
    for (const name of forgotten) this.#devices.delete(name);
    return views.filter(({ series }) => !forgotten.has(series.device));
  }

  *#review(monotonicTime: number): Generator<void, void> {
    const peers = (): PeerTracker[] => [...this.#devices.values()].flatMap((device) => [...device.peers.values()]);
    for (const peer of yield* this.#limit.review(monotonicTime, peers)) {
      this.#devices.get(peer.view.series.device)!.changeOver(peer);
    }
  }

  #countError({ device, code }: SourceFailure, startTime: number): void {
    const type = code.toLowerCase();
    const key = `${device ?? ''} ${type}`;
    const before = this.#errors.get(key);
    if (before !== undefined) {
      this.#errors.set(key, { ...before, value: before.value + 1 });
    } else if (device !== undefined && this.#errors.size >= MOST_ERRORS) {
      this.#countError({ source: '', device: undefined, code, message: '' }, startTime);
    } else {
      const series = device === undefined ? undefined : (this.#devices.get(device)?.series ?? new Series(device));
      this.#errors.set(key, { series, type, startTime, value: 1 });
    }
  }
}
