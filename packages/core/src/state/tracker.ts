import type { Device } from '../model/device.js';
import type { SourceFailure, Snapshot } from '../model/snapshot.js';
import type { Change } from './change.js';
import { DeviceTracker } from './device-tracker.js';
import type { DeviceView, ErrorCount, Frame, RequiredDevice } from './frame.js';
import type { Sayings } from './naming.js';
import { PeerLimit } from './peer-limit.js';
import type { PeerTracker } from './peer-tracker.js';
import { lineOf, VERSION, type Header, type SavedError } from './saved/format.js';
import { load, type Loaded, type Restoration } from './saved/load.js';
import { Series } from './series.js';
import { notAfter } from './start-time.js';
import type { Scrape } from './step.js';

export interface TrackerOptions extends Sayings {
  /** Between two scrapes, in milliseconds. */
  readonly collectionInterval: number;
  /** How many peers have points of their own; the rest are added up. */
  readonly peerLimit: number;
  /** Devices that are reported as down also if they were never there. Default: none. */
  readonly requiredDevices?: readonly RequiredDevice[] | undefined;
  /** Whether changes say who is active and who no longer, for an audit trail. Default: false. */
  readonly connections?: boolean | undefined;
}

/** The wall clock stepped if it moved this much, in milliseconds, against the monotonic one between two scrapes. */
const CLOCK_STEP = 1000;

/** Devices that are gone are reported as down; more of them than this are forgotten, the longest gone first. */
const MOST_MISSING = 100;

/** Ways of failing, by device and kind, that are counted apart. Further devices' failures are counted together. */
const MOST_ERRORS = 1000;

/** The snapshot before. */
interface Previous {
  readonly time: number;
  readonly monotonicTime: number;
  readonly failed: boolean;
}

/** Lines taken up between two pauses. */
const BATCH = 256;

/** Turns snapshots, one after the other, into frames. It has no clock, no timer and no I/O: the same snapshots give the
 *  same frames. */
export class Tracker {
  readonly #options: TrackerOptions;
  readonly #limit: PeerLimit;
  readonly #devices = new Map<string, DeviceTracker>();
  readonly #errors = new Map<string, ErrorCount>();
  #previous: Previous | undefined;
  /** What has failed in each snapshot from the first one on: whatever is behind it was never looked for. */
  #unseen: readonly Blind[] = [];
  /** Whether a process that was killed may have counted more than is known. */
  #uncounted = false;
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
    const clockStep = previous === undefined ? 0 : time - previous.time - (monotonicTime - previous.monotonicTime);
    const stepped = Math.abs(clockStep) > CLOCK_STEP;
    const changes: Change[] = stepped ? [{ type: 'clock.step', time, step: clockStep }] : [];
    const scrape = { time, monotonicTime, tolerance, changes, connections: this.#options.connections ?? false };
    yield* this.#review(monotonicTime);
    yield* this.#rename();

    const views: DeviceView[] = [];
    const names = new Set<string>();
    for (const device of snapshot.devices) {
      // Listed twice: no source of ours does that.
      const key = deviceKey(device.name, device.netns);
      if (names.has(key)) continue;
      names.add(key);
      const tracker = this.#devices.get(key) ?? this.#begin(key, device, device.source);
      views.push(yield* tracker.advance(device, scrape));
    }
    views.push(...this.#missing(snapshot.failures, scrape, names));

    for (const [key, count] of this.#errors) this.#errors.set(key, notAfter(time, count));
    const errorsSince = this.#uncounted ? time : Math.min(previous?.time ?? time, time);
    this.#uncounted = false;
    for (const failure of snapshot.failures) this.#countError(failure, errorsSince);
    this.#unseen = stillFailing(previous === undefined ? snapshot.failures : this.#unseen, snapshot.failures);
    this.#previous = { time, monotonicTime, failed: snapshot.failures.length > 0 };
    return {
      time,
      monotonicTime,
      maxAge: tolerance,
      devices: views,
      errors: [...this.#errors.values()],
      failures: snapshot.failures,
      notes: snapshot.notes,
      changes,
      clockStep: stepped ? clockStep : 0,
    };
  }

  /** Writes all that is known as lines of JSON, several at a time: public keys and endpoints, and no private key. Nothing else may
   *  be done before it is at its end. Without a snapshot taken in there is nothing to write.
   *
   *  @param boot names the run of the machine that the monotonic clock belongs to. `undefined`: unknown */
  *save(boot: string | undefined): Generator<string, void> {
    if (this.#previous === undefined) return;
    const { time, monotonicTime, failed } = this.#previous;
    const header: Header = { wgotel: 'state', version: VERSION, boot, time, monotonicTime };
    yield `${JSON.stringify(header)}\n`;
    let count = 1;
    yield lineOf('tracker', { failed, unseen: this.#unseen, rankedAt: this.#limit.rankedAt });
    for (const { series, type, startTime, value } of this.#errors.values()) {
      count++;
      yield lineOf('error', { device: series?.device, netns: series?.netns, type, startTime, value });
    }
    for (const device of this.#devices.values()) {
      for (const lines of device.save()) {
        count += lines.split('\n').length - 1;
        yield lines;
      }
    }
    yield lineOf('end', { lines: count });
  }

  /** Takes up what {@link save} wrote, before the first snapshot: that one is then compared with it. Ids are made, and names and
   *  expectations asked for, anew. Pauses now and then. What is damaged or of another version is not taken up at all.
   *
   *  @returns why nothing was taken up. `undefined`: all was */
  *restore(lines: Iterable<string>, now: Restoration): Generator<void, string | undefined> {
    let loaded: Loaded;
    try {
      loaded = yield* load(lines, now);
    } catch (error) {
      return (error as Error).message;
    }
    const { header, shift } = loaded;
    this.#uncounted = !now.clean;
    let device: DeviceTracker | undefined;
    let count = 0;
    for (const { kind, content } of loaded.lines) {
      if (kind === 'tracker') {
        this.#previous = {
          time: header.time,
          monotonicTime: header.monotonicTime + shift,
          failed: content.failed,
        };
        this.#unseen = content.unseen;
        this.#limit.restore(content.rankedAt);
      } else if (kind === 'error') {
        // Otherwise it begins anew when it is next seen.
        if (now.clean) this.#restoreError(content);
      } else if (kind === 'device') {
        device?.restored();
        const { name, netns } = content.device;
        device = new DeviceTracker({ name, netns }, this.#options, this.#limit, undefined, false);
        device.restore(content, now.clean);
        this.#devices.set(deviceKey(name, netns), device);
      } else if (kind === 'peer') device?.restorePeer(content, now.clean);
      else if (kind === 'record') device?.restoreRecord(content);
      if (++count % BATCH === 0) yield;
    }
    device?.restored();
    return undefined;
  }

  #restoreError({ device, netns, type, startTime, value }: SavedError): void {
    const ofDevice = device === undefined ? '' : deviceKey(device, netns);
    const series = device === undefined ? undefined : new Series(device, undefined, undefined, netns);
    this.#errors.set(`${ofDevice} ${type}`, { series, type, startTime, value });
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

  #begin(key: string, device: Pick<Device, 'name' | 'netns'>, source?: string): DeviceTracker {
    const before = this.#previous;
    // A failure may have hidden it in the snapshot before.
    const knownAbsent = before === undefined || before.failed || this.#uncounted ? undefined : before;
    const silent =
      before === undefined || behind(this.#unseen)(new Series(device.name, undefined, undefined, device.netns), source);
    const tracker = new DeviceTracker(device, this.#options, this.#limit, knownAbsent, silent);
    this.#devices.set(key, tracker);
    return tracker;
  }

  /** The devices seen before and not in this snapshot: not readable, or gone; and those that ought to be there. */
  #missing(failures: readonly SourceFailure[], scrape: Scrape, present: ReadonlySet<string>): DeviceView[] {
    const isBlind = blindness(failures);
    for (const { name, netns } of this.#options.requiredDevices ?? []) {
      const key = deviceKey(name, netns);
      if (this.#devices.has(key) || isBlind(new Series(name, undefined, undefined, netns), undefined)) continue;
      this.#begin(key, { name, netns }).lack(scrape);
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
      const view = blind ? tracker.miss() : tracker.remove(scrape);
      if (view !== undefined && !tracker.uncounted) views.push(view);
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
  return behind(failures.filter(({ code }) => code !== 'DEVICE_NOT_FOUND'));
}

/** What a failure hides. */
type Blind = Pick<SourceFailure, 'source' | 'device' | 'netns' | 'everywhere'>;

function behind(blind: readonly Blind[]): (device: Series, source: string | undefined) => boolean {
  return ({ device, netns }, source) =>
    blind.some(
      (failure) =>
        failure.everywhere === true ||
        (failure.netns === netns &&
          (failure.device === device ||
            (failure.device === undefined && (source === undefined || failure.source === source)))),
    );
}

/** Those of the earlier failures that are there still. */
function stillFailing(earlier: readonly Blind[], now: readonly SourceFailure[]): readonly Blind[] {
  return now
    .filter(({ code }) => code !== 'DEVICE_NOT_FOUND')
    .filter((each) =>
      earlier.some(
        ({ source, device, netns }) => each.source === source && each.device === device && each.netns === netns,
      ),
    );
}
