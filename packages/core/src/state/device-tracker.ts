import type { Device, Peer } from '../model/device.js';
import type { PeerState } from '../model/peer-state.js';
import type { DeviceView, PeerView } from './frame.js';
import { DriftTracker } from './drift-tracker.js';
import { ask, askSetup, type Sayings } from './naming.js';
import { OverflowTracker } from './overflow-tracker.js';
import type { PeerLimit } from './peer-limit.js';
import { PeerTracker } from './peer-tracker.js';
import { isDeviceReconfigured, isReconfigured } from './reconfigured.js';
import { Series } from './series.js';
import type { Step } from './step.js';
import { noTotals } from './totals.js';

const NO_PEERS: readonly never[] = [];

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
  /** The last one that could be told. */
  #incarnation: string | undefined;
  #gone = false;
  #configChanges = 0;
  #countedSince: number | undefined;
  #previous: { time: number; monotonicTime: number } | undefined;

  /** @param knownAbsent when the device was last known not to be there. `undefined`: it may have been there all along */
  constructor(
    { name, netns }: Pick<Device, 'name' | 'netns'>,
    sayings: Sayings,
    limit: PeerLimit,
    knownAbsent: Step['previous'],
  ) {
    this.series = new Series(name, undefined, undefined, netns);
    this.#sayings = sayings;
    this.#limit = limit;
    this.#previous = knownAbsent;
  }

  /** Takes a reading of the device in. */
  *advance(
    device: Device,
    now: { time: number; monotonicTime: number },
    tolerance: number,
  ): Generator<void, DeviceView> {
    const before = this.view;
    const step = this.#step(device, now, tolerance);
    this.#countedSince = Math.min(this.#countedSince ?? step.previous?.time ?? step.time, step.time);
    const views: PeerView[] = [];
    const peerCounts: Record<PeerState, number> = { active: 0, stale: 0, never: 0, idle: 0 };
    let unchanged = before !== undefined && before.peers.length === device.peers.length;
    // Only beside peers that stayed is a new one an addition.
    const addition = before === undefined || step.recreated || this.#gone ? 0 : 1;
    for (const [index, peer] of device.peers.entries()) {
      let tracker = this.#find(peer.publicKey, index);
      if (tracker === undefined) {
        tracker = this.#appear(peer, step);
        this.#configChanges += addition;
      } else if (tracker.seen === step) {
        // Listed twice: no source of ours does that.
        continue;
      } else {
        if (isReconfigured(tracker.view.peer, peer)) this.#configChanges++;
        tracker.advance(peer, step, this.#overflow);
      }
      this.#order[index] = tracker;
      const { view } = tracker;
      views.push(view);
      peerCounts[view.state]++;
      unchanged = unchanged && before!.peers[index] === view;
      if (index % BATCH === BATCH - 1) yield;
    }
    this.#order.length = device.peers.length;
    if (this.peers.size > device.peers.length) this.#disappear(step);
    if (before !== undefined && isDeviceReconfigured(before.device, device)) this.#configChanges++;
    this.#previous = now;
    this.#incarnation = device.incarnation ?? this.#incarnation;
    this.#gone = false;
    return (this.view = {
      series: this.series,
      device,
      readTime: now.time,
      readMonotonicTime: now.monotonicTime,
      up: device.up === false ? 0 : 1,
      peers: unchanged ? before!.peers : views,
      peerCounts,
      configChanges: { startTime: this.#countedSince, value: this.#configChanges },
      overflow: this.#overflow.look(now.time),
      drift: this.#drift.advance(device, askSetup(this.#sayings, this.series), true, this.#viewOf, () => undefined),
    });
  }

  /** Asks again what is said of each peer; it holds from the next reading on. */
  rename(): void {
    for (const [publicKey, tracker] of this.peers) {
      tracker.rename(ask(this.#sayings, publicKey, this.series, tracker.view.series));
    }
  }

  /** The device ought to be there and never was. */
  lack(now: { time: number; monotonicTime: number }): DeviceView {
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
  remove(now: { time: number; monotonicTime: number }): DeviceView | undefined {
    for (const tracker of this.peers.values()) this.#forget(tracker, now.time);
    this.peers.clear();
    this.#order.length = 0;
    this.#previous = now;
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

  #step(device: Device, now: { time: number; monotonicTime: number }, tolerance: number): Step {
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
    const newTotals = noTotals(previous?.time ?? now.time);
    // Written out: what is made by spreading may get a hidden class of its own, and code compiled for it dies with it.
    const { time, monotonicTime } = now;
    const { standardMessages } = device;
    return { time, monotonicTime, previous, recreated, tolerance, standardMessages, newIo, newTotals };
  }

  /** Readings mostly list the same peers in the same order, so the look-up is mostly none. */
  #find(publicKey: string, index: number): PeerTracker | undefined {
    const likely = this.#order[index];
    return likely?.view.peer.publicKey === publicKey ? likely : this.peers.get(publicKey);
  }

  #appear(peer: Peer, step: Step): PeerTracker {
    const said = ask(this.#sayings, peer.publicKey, this.series);
    const individual = this.#limit.admit();
    if (!individual) this.#overflow.count(1, step.previous?.time ?? step.time);
    const tracker = new PeerTracker(said, peer, individual, step, this.#overflow);
    this.peers.set(peer.publicKey, tracker);
    return tracker;
  }

  #disappear(step: Step): void {
    for (const [publicKey, tracker] of this.peers) {
      if (tracker.seen === step) continue;
      this.peers.delete(publicKey);
      this.#forget(tracker, step.time);
      this.#configChanges++;
    }
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
