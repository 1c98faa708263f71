import type { Device } from '../model/device.js';
import type { SourceFailure, Snapshot } from '../model/snapshot.js';
import { DeviceTracker } from './device-tracker.js';
import type { DeviceView, ErrorCount, Frame, RequiredDevice } from './frame.js';
import type { Sayings } from './naming.js';
import { PeerLimit } from './peer-limit.js';
import type { PeerTracker } from './peer-tracker.js';
import { Series } from './series.js';
import { notAfter } from './start-time.js';

export interface TrackerOptions extends Sayings {
  /** Between two scrapes, in milliseconds. */
  readonly collectionInterval: number;
  /** How many peers have points of their own; the rest are added up. */
  readonly peerLimit: number;
  /** Devices that are reported as down also if they were never there. Default: none. */
  readonly requiredDevices?: readonly RequiredDevice[] | undefined;
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
  #renaming = false;

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
    yield* this.#rename();

    const views: DeviceView[] = [];
    const names = new Set<string>();
    for (const device of snapshot.devices) {
      // Listed twice: no source of ours does that.
      const key = deviceKey(device.name, device.netns);
      if (names.has(key)) continue;
      names.add(key);
      const tracker = this.#devices.get(key) ?? this.#begin(key, device);
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
      changes: [],
      clockStep: Math.abs(clockStep) > CLOCK_STEP ? clockStep : 0,
    };
  }

  /** Asks again, with the next snapshot, for names and expectations of all peers. */
  rename(): void {
    this.#renaming = true;
  }

  *#rename(): Generator<void, void> {
    if (!this.#renaming) return;
    this.#renaming = false;
    for (const device of this.#devices.values()) {
      device.rename();
      yield;
    }
  }

  #begin(key: string, device: Pick<Device, 'name' | 'netns'>): DeviceTracker {
    const before = this.#previous;
    // A failure may have hidden it in the snapshot before.
    const wasAbsent = before !== undefined && before.failures.length === 0;
    const knownAbsent = wasAbsent ? { time: before.takenAt, monotonicTime: before.monotonicTime } : undefined;
    const tracker = new DeviceTracker(device, this.#options, this.#limit, knownAbsent);
    this.#devices.set(key, tracker);
    return tracker;
  }

  /** The devices seen before and not in this snapshot: not readable, or gone; and those that ought to be there. */
  #missing({ failures, takenAt: time, monotonicTime }: Snapshot, present: ReadonlySet<string>): DeviceView[] {
    const isBlind = blindness(failures);
    for (const { name, netns } of this.#options.requiredDevices ?? []) {
      const key = deviceKey(name, netns);
      if (this.#devices.has(key) || isBlind(new Series(name, undefined, undefined, netns), undefined)) continue;
      this.#begin(key, { name, netns }).lack({ time, monotonicTime });
    }
    const views: DeviceView[] = [];
    // A copy, as what goes is moved to the end.
    const known = [...this.#devices];
    for (const [key, tracker] of known) {
      if (present.has(key)) continue;
      const blind = isBlind(tracker.series, tracker.view?.device.source || undefined);
      if (!blind && !tracker.gone) {
        // To the end: what is gone for longest comes first.
        this.#devices.delete(key);
        this.#devices.set(key, tracker);
      }
      const view = blind ? tracker.miss() : tracker.remove({ time, monotonicTime });
      if (view !== undefined) views.push(view);
    }
    const gone = [...this.#devices].filter(([, tracker]) => tracker.gone).map(([key]) => key);
    const forgotten = new Set(gone.slice(0, Math.max(0, gone.length - MOST_MISSING)));
    for (const key of forgotten) this.#devices.delete(key);
    return views.filter(({ series }) => !forgotten.has(deviceKey(series.device, series.netns)));
  }

  *#review(monotonicTime: number): Generator<void, void> {
    const peers = (): PeerTracker[] => [...this.#devices.values()].flatMap((device) => [...device.peers.values()]);
    for (const peer of yield* this.#limit.review(monotonicTime, peers)) {
      this.#devices.get(deviceKey(peer.view.series.device, peer.view.series.netns))!.changeOver(peer);
    }
  }

  #countError({ device, netns, code }: SourceFailure, startTime: number): void {
    const type = code.toLowerCase();
    const ofDevice = device === undefined ? '' : deviceKey(device, netns);
    const key = `${ofDevice} ${type}`;
    const before = this.#errors.get(key);
    if (before !== undefined) {
      this.#errors.set(key, { ...before, value: before.value + 1 });
    } else if (device !== undefined && this.#errors.size >= MOST_ERRORS) {
      this.#countError({ source: '', device: undefined, code, message: '' }, startTime);
    } else {
      const series =
        device === undefined
          ? undefined
          : (this.#devices.get(ofDevice)?.series ?? new Series(device, undefined, undefined, netns));
      this.#errors.set(key, { series, type, startTime, value: 1 });
    }
  }
}

function deviceKey(name: string, netns: string | undefined): string {
  return netns === undefined ? name : `${netns}\0${name}`;
}

/** Tells devices that can't be read from those that are gone: the source said so of the device, or could not read anything in
 *  its namespace. For a device that was never read, any source may have been the one. */
function blindness(failures: readonly SourceFailure[]): (device: Series, source: string | undefined) => boolean {
  const blind = failures.filter(({ code }) => code !== 'DEVICE_NOT_FOUND');
  return ({ device, netns }, source) =>
    blind.some(
      (failure) =>
        failure.netns === netns &&
        (failure.device === device ||
          (failure.device === undefined && (source === undefined || failure.source === source))),
    );
}
