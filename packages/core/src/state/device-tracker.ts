import type { Device, Peer } from '../model/device.js';
import type { PeerState } from '../model/peer-state.js';
import type { Change, DeviceField } from './change.js';
import { tellDevice, tellDrift } from './device-changes.js';
import type { DeviceView, PeerView } from './frame.js';
import { DriftTracker } from './drift-tracker.js';
import { KeyRotation } from './key-rotation.js';
import { ask, askSetup, type Sayings } from './naming.js';
import { OverflowTracker } from './overflow-tracker.js';
import type { PeerLimit } from './peer-limit.js';
import { PeerTracker } from './peer-tracker.js';
import { deviceFields, peerFields } from './reconfigured.js';
import { Series } from './series.js';
import type { Step } from './step.js';
import { noTotals } from './totals.js';

const NO_PEERS: readonly never[] = [];
const NO_FIELDS: readonly DeviceField[] = [];

/** A device of which nothing is known. */
const UNKNOWN: Omit<Device, 'name'> = {
  type: 'kernel',
  netns: undefined,
  source: '',
  publicKey: undefined,
  listenPort: undefined,
  firewallMark: undefined,
  peers: NO_PEERS,
  up: undefined,
  countingSince: undefined,
  incarnation: undefined,
  standardMessages: true,
};

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
  readonly #drift = new DriftTracker();
  readonly #viewOf = (publicKey: string): PeerView | undefined => this.peers.get(publicKey)?.view;
  readonly #silent: boolean;
  /** The last one that could be told. */
  #incarnation: string | undefined;
  #gone = false;
  /** Whether any peer was set otherwise since the reading before. */
  #reconfigured = false;
  /** Whether its link was up when that could last be told. */
  #link: boolean | undefined;
  #configChanges = 0;
  #countedSince: number | undefined;
  #previous: { time: number; monotonicTime: number } | undefined;
  /** `undefined`: no peer came, went or lost anything lately. */
  #rotation: KeyRotation | undefined;
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
    this.#silent = silent;
  }

  /** Takes a reading of the device in. */
  *advance(device: Device, now: Scrape): Generator<void, DeviceView> {
    const before = this.view;
    const wasGone = this.#gone;
    const step = this.#step(device, now);
    this.#reconfigured = false;
    if (step.changes === undefined) this.#rotation = undefined;
    this.#countedSince = Math.min(this.#countedSince ?? step.countedFrom, step.time);
    const added: PeerView[] = [];
    const views: PeerView[] = [];
    const peerCounts: Record<PeerState, number> = { active: 0, stale: 0, never: 0, idle: 0 };
    let unchanged = before !== undefined && before.peers.length === device.peers.length;
    for (const [index, peer] of device.peers.entries()) {
      let tracker = this.#find(peer.publicKey, index);
      if (tracker === undefined) {
        tracker = this.#appear(peer, step);
        // Only beside peers that stayed is a new one an addition.
        if (step.changes !== undefined) added.push(tracker.view);
      } else if (tracker.seen === step) {
        // Listed twice: no source of ours does that.
        continue;
      } else {
        const { view: last } = tracker;
        tracker.advance(peer, step, this.#overflow);
        if (last.peer !== peer) this.#compare(last, tracker.view, step);
      }
      this.#order[index] = tracker;
      const { view } = tracker;
      views.push(view);
      peerCounts[view.state]++;
      unchanged = unchanged && before!.peers[index] === view;
      if (index % BATCH === BATCH - 1) yield;
    }
    this.#order.length = device.peers.length;
    const removed = this.peers.size > device.peers.length ? this.#disappear(step) : NO_PEERS;
    if (step.changes !== undefined) this.#arrive(added, removed, step);
    const fields = before === undefined ? NO_FIELDS : deviceFields(before.device, device);
    this.#count(added.length + removed.length + Math.min(fields.length, 1));
    const isNew = before === undefined || wasGone;
    const anew = isNew || step.recreated || this.#reconfigured || added.length + removed.length + fields.length > 0;
    const { drift, news } = this.#drift.advance(device, askSetup(this.#sayings, this.series), anew, this.#viewOf);
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
    if (!(this.#silent && before === undefined)) {
      tellDevice(now.changes, { before, now: this.view, isNew, recreated: step.recreated, link: this.#link, fields });
    }
    if (step.changes !== undefined) tellDrift(step.changes, this.view, news);
    this.#link = isNew || step.recreated ? device.up : (device.up ?? this.#link);
    for (const change of step.connections ?? []) now.changes.push(change);
    return this.view;
  }

  /** Asks again what is said of each peer; it holds from the next reading on. */
  rename(): void {
    for (const [publicKey, tracker] of this.peers) {
      const said = ask(this.#sayings, publicKey, this.series, tracker.view.series);
      tracker.rename(said);
      this.#rotation?.rename({ ...tracker.view, series: said.series });
    }
  }

  /** The device ought to be there and never was. */
  lack(now: Scrape): DeviceView {
    this.#gone = true;
    this.view ??= {
      series: this.series,
      device: { ...UNKNOWN, name: this.series.device },
      readTime: now.time,
      readMonotonicTime: now.monotonicTime,
      up: 0,
      peers: NO_PEERS,
      peerCounts: { active: 0, stale: 0, never: 0, idle: 0 },
      configChanges: { startTime: now.time, value: 0 },
      overflow: undefined,
      drift: undefined,
    };
    return this.remove(now)!;
  }

  /** The device can't be read: what is known of it ages, and whether it is up nobody knows. */
  miss(): DeviceView | undefined {
    if (this.view !== undefined && this.view.up !== undefined) this.view = { ...this.view, up: undefined };
    return this.view;
  }

  /** The device is gone. */
  remove(now: Scrape): DeviceView | undefined {
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
    this.#rotation = undefined;
    this.#gone = true;
    if (this.view === undefined) return undefined;
    return (this.view = {
      ...this.view,
      // Nothing may hold on to the peers.
      device: { ...this.view.device, peers: NO_PEERS },
      readTime: now.time,
      readMonotonicTime: now.monotonicTime,
      up: 0,
      peers: NO_PEERS,
      peerCounts: { active: 0, stale: 0, never: 0, idle: 0 },
      overflow: this.#overflow.look(now.time),
      drift: undefined,
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  #step(device: Device, now: Scrape): Step {
    const known = this.#incarnation !== undefined && device.incarnation !== undefined;
    const recreated = known && this.#incarnation !== device.incarnation;
    // It was out of sight and not gone after all, so its counters did not begin anew: the same as a first reading.
    const hidden = this.#gone && known && !recreated;
    // After a backward step of the wall clock nothing may seem to begin in the future.
    const previous =
      this.#previous === undefined || hidden
        ? undefined
        : { time: Math.min(this.#previous.time, now.time), monotonicTime: this.#previous.monotonicTime };
    const lastZero = previous === undefined ? (device.countingSince ?? now.time) : previous.time;
    const isNew = recreated || this.view === undefined;
    const zeroTime = isNew ? Math.max(lastZero, device.countingSince ?? 0) : lastZero;
    const newIo = { startTime: Math.min(zeroTime, now.time), receive: 0, transmit: 0 };
    const uncounted = this.#uncounted;
    const countedFrom = uncounted ? now.time : (previous?.time ?? now.time);
    const newTotals = noTotals(countedFrom);
    // What is said of the device as a whole is not said of each peer.
    const changes = this.view === undefined || recreated || this.#gone ? undefined : now.changes;
    // Written out: what is made by spreading may get a hidden class of its own, and code compiled for it dies with it.
    return {
      time: now.time,
      monotonicTime: now.monotonicTime,
      previous,
      recreated,
      tolerance: now.tolerance,
      standardMessages: device.standardMessages,
      newIo,
      newTotals,
      devicePublicKey: device.publicKey,
      changes,
      connections: now.connections ? [] : undefined,
      uncounted,
      countedFrom,
    };
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

  #disappear(step: Step): PeerView[] {
    const removed: PeerView[] = [];
    for (const [publicKey, tracker] of this.peers) {
      if (tracker.seen === step) continue;
      this.peers.delete(publicKey);
      tracker.leave(step);
      this.#forget(tracker, step.time);
      removed.push(tracker.view);
    }
    return removed;
  }

  /** Finds out whether somebody set a peer otherwise. */
  #compare(before: PeerView, now: PeerView, { changes, time, monotonicTime, devicePublicKey }: Step): void {
    const fields = peerFields(before.peer, now.peer);
    if (fields.length === 0) return;
    this.#reconfigured = true;
    this.#count(1);
    if (changes === undefined) return;
    changes.push({ type: 'peer.config.changed', time, peer: now, devicePublicKey, before: before.peer, fields });
    this.#rotation ??= new KeyRotation();
    this.#rotation.reconfigure(before, now, monotonicTime);
  }

  #arrive(added: readonly PeerView[], removed: readonly PeerView[], step: Step): void {
    if (added.length === 0 && removed.length === 0) return;
    this.#rotation ??= new KeyRotation();
    const current = (publicKey: string): PeerView => this.peers.get(publicKey)!.view;
    const { time, monotonicTime, devicePublicKey } = step;
    const arrivals = { added, removed, current, time, monotonicTime, devicePublicKey };
    for (const change of this.#rotation.arrive(arrivals)) step.changes!.push(change);
  }

  #count(configChanges: number): void {
    if (!this.#uncounted) this.#configChanges += configChanges;
  }

  /** Folds a peer from now on, or unfolds it. */
  changeOver(tracker: PeerTracker): void {
    const time = this.#previous!.time;
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
