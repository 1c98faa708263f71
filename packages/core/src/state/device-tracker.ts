import type { Device, Peer } from '../model/device.js';
import type { PeerState } from '../model/peer-state.js';
import { absent, restoredView, withPeers } from './device-view.js';
import { DeviceLog } from './device-log.js';
import type { DeviceView, PeerView } from './frame.js';
import { lineOf, type SavedDevice, type SavedPeer, type SavedRecord } from './saved/format.js';
import { ask, askSetup, type Sayings } from './naming.js';
import { OverflowTracker } from './overflow-tracker.js';
import type { PeerLimit } from './peer-limit.js';
import { PeerTracker } from './peer-tracker.js';
import { deviceFields } from './reconfigured.js';
import { Series } from './series.js';
import { AT_NEXT } from './start-time.js';
import { restoredStep, stepOf, type Scrape, type Step } from './step.js';

/** Peers tracked between two pauses. */
const BATCH = 512;

/** Follows one device and its peers from reading to reading. */
export class DeviceTracker {
  view: DeviceView | undefined;
  readonly series: Series;
  readonly peers: Map<string, PeerTracker> = new Map();
  /** The peers as they were last listed. */
  readonly #order: PeerTracker[] = [];
  readonly #sayings: Sayings;
  readonly #limit: PeerLimit;
  readonly #overflow = new OverflowTracker();
  readonly #log: DeviceLog;
  /** The last one that could be told. */
  #incarnation: string | undefined;
  #gone = false;
  #configChanges = 0;
  #countedSince: number | undefined;
  #previous: { time: number; monotonicTime: number } | undefined;
  /** See {@link Step.uncounted}. */
  #uncounted = false;

  /** @param knownAbsent when the device was last known not to be there. `undefined`: it may have been there all along
   *  @param silent whether nobody ever looked for it, so that to find it is no change */
  constructor(
    { name, netns }: Pick<Device, 'name' | 'netns'>,
    sayings: Sayings,
    limit: PeerLimit,
    knownAbsent: Step['previous'],
    silent: boolean,
  ) {
    this.series = new Series(name, undefined, undefined, netns);
    this.#sayings = sayings;
    this.#limit = limit;
    this.#previous = knownAbsent;
    this.#log = new DeviceLog(silent);
  }

  /** Takes a reading of the device in. */
  *advance(device: Device, now: Scrape): Generator<void, DeviceView> {
    const before = this.view;
    const wasGone = this.#gone;
    const step = stepOf(device, now, {
      isKnown: before !== undefined,
      gone: wasGone,
      incarnation: this.#incarnation,
      previous: this.#previous,
      uncounted: this.#uncounted,
    });
    if (step.changes === undefined) this.#log.forget();
    this.#countedSince = Math.min(this.#countedSince ?? step.countedFrom, step.time);
    const [added, views]: [PeerView[], PeerView[]] = [[], []];
    const peerCounts: Record<PeerState, number> = { active: 0, stale: 0, never: 0, idle: 0 };
    let removed: readonly PeerView[] | undefined;
    let unchanged = before !== undefined && before.peers.length === device.peers.length;
    for (let index = 0; index < device.peers.length; index++) {
      const peer = device.peers[index]!; // By index: an iterator makes an object for each.
      let tracker = this.#find(peer.publicKey, index);
      if (tracker === undefined) {
        if (this.#limit.isFull) removed ??= this.#disappear(step, new Set(device.peers.map((each) => each.publicKey)));
        tracker = this.#appear(peer, step);
        // Only beside peers that stayed is a new one an addition.
        if (step.changes !== undefined) added.push(tracker.view);
      } else if (tracker.seen === step) {
        // Listed twice: no source of ours does that.
        continue;
      } else {
        const { view: last } = tracker;
        tracker.advance(peer, step, this.#overflow);
        if (last.peer !== peer && this.#log.compare(last, tracker.view, step)) this.#count(1);
      }
      this.#order[index] = tracker;
      const { view } = tracker;
      views.push(view);
      peerCounts[view.state]++;
      unchanged = unchanged && before!.peers[index] === view;
      if (index % BATCH === BATCH - 1) yield;
    }
    this.#order.length = device.peers.length;
    removed ??= this.peers.size > device.peers.length ? this.#disappear(step) : [];
    if (added.length > 0 || removed.length > 0) this.#log.arrive(added, removed, this.peers, step);
    const fields = deviceFields(before?.device, device);
    this.#count(added.length + removed.length + Math.min(fields.length, 1));
    const drift = this.#log.compareWith(askSetup(this.#sayings, this.series), device, this.peers, fields.length > 0);
    this.#previous = { time: now.time, monotonicTime: now.monotonicTime };
    this.#incarnation = device.incarnation ?? this.#incarnation;
    this.#gone = false;
    this.#uncounted = false;
    this.view = {
      series: this.series,
      device,
      readTime: now.time,
      readMonotonicTime: now.monotonicTime,
      up: device.up === false ? 0 : 1,
      peers: unchanged ? before!.peers : views,
      peerCounts,
      configChanges: { startTime: this.#countedSince, value: this.#configChanges },
      overflow: this.#overflow.look(now.time),
      drift,
    };
    const isNew = before === undefined || wasGone;
    this.#log.tell({ before, now: this.view, isNew, recreated: step.recreated, fields }, now.changes);
    for (const change of step.connections ?? []) now.changes.push(change);
    return this.view;
  }

  /** Writes lines of all that is known. Pauses now and then by handing on what there is. */
  *save(): Generator<string, void> {
    yield lineOf('device', this.#saved(this.view!));
    let lines = '';
    let count = 0;
    for (const peer of this.#order) {
      lines += lineOf('peer', peer.save());
      if (++count % BATCH !== 0) continue;
      yield lines;
      lines = '';
    }
    for (const record of this.#log.records()) lines += lineOf('record', record);
    yield lines;
  }

  #saved({ device, up, readTime, readMonotonicTime }: DeviceView): SavedDevice {
    const own = { ...device, peers: undefined };
    return {
      device: own,
      up,
      readTime,
      readMonotonicTime,
      incarnation: this.#incarnation,
      gone: this.#gone,
      uncounted: this.#uncounted,
      link: this.#log.link,
      configChanges: this.#configChanges,
      countedSince: this.#countedSince,
      previous: this.#previous,
      overflow: this.#overflow.save(),
    };
  }

  /** Takes up what was saved of the device itself.
   *
   *  @param clean see {@link Restoration} */
  restore(saved: SavedDevice, clean: boolean): void {
    this.#incarnation = saved.incarnation;
    this.#gone = saved.gone;
    this.#log.link = saved.link;
    this.#uncounted = !clean || saved.uncounted;
    this.#configChanges = clean ? saved.configChanges : 0;
    this.#countedSince = clean ? saved.countedSince : AT_NEXT;
    this.#previous = saved.previous;
    if (saved.overflow !== undefined) this.#overflow.restore(saved.overflow, clean);
    this.view = restoredView(this.series, saved, {
      startTime: this.#countedSince ?? saved.readTime,
      value: this.#configChanges,
    });
  }

  /** Takes up what was saved of one peer. */
  restorePeer(saved: SavedPeer, clean: boolean): void {
    const { readTime: time, readMonotonicTime: monotonicTime, device } = this.view!;
    const { publicKey } = saved.peer;
    const step = restoredStep(device, { time, monotonicTime });
    const said = ask(this.#sayings, publicKey, this.series);
    const tracker = PeerTracker.restore(saved, clean, said, step, this.#overflow);
    // The limit may be another than it was.
    if (tracker.individual && !this.#limit.admit()) tracker.fold();
    if (!tracker.individual) this.#overflow.count(1, clean ? time : AT_NEXT);
    this.#order[this.peers.size] = tracker;
    this.peers.set(publicKey, tracker);
  }

  restoreRecord(saved: SavedRecord): void {
    this.#log.restoreRecord(saved, this.series, this.#sayings.identity, this.peers);
  }

  /** All of it was taken up. */
  restored(): void {
    const overflow = this.#uncounted ? undefined : this.#overflow.look(this.view!.readTime);
    this.view = withPeers(this.view!, this.#order, overflow);
  }

  /** Asks again what is said of each peer; it holds from the next reading on. */
  rename(): void {
    for (const [publicKey, tracker] of this.peers) {
      const said = ask(this.#sayings, publicKey, this.series, tracker.view.series);
      tracker.rename(said);
      this.#log.rename({ ...tracker.view, series: said.series });
    }
  }

  /** The device ought to be there and never was. */
  lack(now: Scrape): DeviceView {
    this.#gone = true;
    return this.remove(now);
  }

  /** The device can't be read: what is known of it ages, and whether it is up nobody knows. */
  miss(): DeviceView | undefined {
    if (this.view !== undefined && this.view.up !== undefined) this.view = { ...this.view, up: undefined };
    return this.view;
  }

  /** The device is gone. */
  remove(now: Scrape): DeviceView {
    const { time, monotonicTime, changes } = now;
    const { view } = this;
    if (!this.#gone && view !== undefined) changes.push({ type: 'device.removed', time, device: view });
    const leaving = {
      time,
      devicePublicKey: view?.device.publicKey,
      connections: now.connections ? changes : undefined,
    };
    for (const tracker of this.peers.values()) {
      tracker.leave(leaving);
      this.#forget(tracker, time);
    }
    this.peers.clear();
    this.#order.length = 0;
    this.#previous = { time, monotonicTime };
    this.#log.forget();
    this.#countedSince &&= Math.min(this.#countedSince, time);
    this.#uncounted = false;
    this.#gone = true;
    return (this.view = absent(this.series, view, now, this.#overflow.look(time)));
  }

  /** Whether nothing may be shown of it until it is read again. */
  get uncounted(): boolean {
    return this.#uncounted;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Readings mostly list the same peers in the same order, so the look-up is mostly none. */
  #find(publicKey: string, index: number): PeerTracker | undefined {
    const likely = this.#order[index];
    return likely?.view.peer.publicKey === publicKey ? likely : this.peers.get(publicKey);
  }

  #appear(peer: Peer, step: Step): PeerTracker {
    const said = ask(this.#sayings, peer.publicKey, this.series);
    const individual = this.#limit.admit();
    if (!individual) this.#overflow.count(1, step.countedFrom);
    const tracker = new PeerTracker(said, peer, individual, step, this.#overflow);
    this.peers.set(peer.publicKey, tracker);
    return tracker;
  }

  /** @param listed the keys of those that are there, for newcomers who need a place. `undefined`: all were seen by now */
  #disappear(step: Step, listed?: ReadonlySet<string>): PeerView[] {
    const removed: PeerView[] = [];
    for (const [publicKey, tracker] of this.peers) {
      if (listed?.has(publicKey) ?? tracker.seen === step) continue;
      this.peers.delete(publicKey);
      tracker.leave(step);
      this.#forget(tracker, step.time);
      removed.push(tracker.last);
    }
    return removed;
  }

  #count(configChanges: number): void {
    if (!this.#uncounted) this.#configChanges += configChanges;
  }

  /** Folds a peer from now on, or unfolds it. */
  changeOver(tracker: PeerTracker): void {
    const time = this.#uncounted ? AT_NEXT : this.#previous!.time;
    if (tracker.individual) {
      this.#overflow.count(1, time);
      tracker.fold();
    } else {
      this.#overflow.count(-1, time);
      tracker.unfold(time);
    }
  }

  #forget(tracker: PeerTracker, time: number): void {
    if (tracker.individual) this.#limit.release();
    else this.#overflow.count(-1, time);
  }
}
