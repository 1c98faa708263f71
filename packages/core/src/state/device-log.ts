import type { Device } from '../model/device.js';
import type { ExpectedDevice } from '../model/expected-device.js';
import type { Identity } from '../model/identity.js';
import type { Change } from './change.js';
import { tellDevice, tellDrift, type DeviceStep } from './device-changes.js';
import { DriftTracker, type DriftChange } from './drift-tracker.js';
import type { DeviceDrift, PeerView } from './frame.js';
import { KeyRotation } from './key-rotation.js';
import { peerFields } from './reconfigured.js';
import type { SavedRecord } from './saved/format.js';
import { recordedOf, savedRecord } from './saved/record.js';
import type { Series } from './series.js';
import type { Step } from './step.js';

/** Says what changed of a device, and of its list of peers. */
export class DeviceLog {
  /** Whether the link was up when that could last be told. */
  link: boolean | undefined;
  readonly #silent: boolean;
  /** `undefined`: no peer came, went or lost anything lately. */
  #rotation: KeyRotation | undefined;
  readonly #drift = new DriftTracker();
  #driftChanges: readonly DriftChange[] = [];
  /** Whether peers or their setup are others than when drift was looked for last. */
  #reconfigured = false;

  /** @param silent whether to find the device is no change, as nobody ever looked for it */
  constructor(silent: boolean) {
    this.#silent = silent;
  }

  /** Compares the setup of a peer. Returns whether it is another. */
  compare(before: PeerView, now: PeerView, { changes, time, monotonicTime, devicePublicKey }: Step): boolean {
    const fields = peerFields(before.peer, now.peer);
    if (fields.length === 0) return false;
    this.#reconfigured = true;
    if (changes === undefined) return true;
    changes.push({ type: 'peer.config.changed', time, peer: now, devicePublicKey, before: before.peer, fields });
    this.#rotation ??= new KeyRotation();
    this.#rotation.reconfigure(before, now, monotonicTime);
    return true;
  }

  /** Peers came and went.
   *
   *  @param present those that are there now */
  arrive(
    added: readonly PeerView[],
    removed: readonly PeerView[],
    present: ReadonlyMap<string, { readonly view: PeerView }>,
    { time, monotonicTime, devicePublicKey, changes }: Step,
  ): void {
    this.#reconfigured = true;
    if (changes === undefined) return;
    this.#rotation ??= new KeyRotation();
    const current = (publicKey: string): PeerView => present.get(publicKey)!.view;
    const arrivals = { added, removed, current, time, monotonicTime, devicePublicKey };
    for (const change of this.#rotation.arrive(arrivals)) changes.push(change);
  }

  /** Compares the device with how it was meant to be set up; what is new of that is told with the rest. */
  compareWith(
    expected: ExpectedDevice | undefined,
    device: Device,
    present: ReadonlyMap<string, { readonly view: PeerView }>,
    isReconfigured: boolean,
  ): DeviceDrift | undefined {
    const changed = this.#reconfigured || isReconfigured;
    const { drift, news } = this.#drift.advance(device, expected, changed, (key) => present.get(key)?.view);
    this.#driftChanges = news;
    this.#reconfigured = false;
    return drift;
  }

  /** The device was read. */
  tell(step: Omit<DeviceStep, 'link'>, changes: Change[]): void {
    const { before, now, isNew, recreated, fields } = step;
    const { link } = this;
    if (!(this.#silent && before === undefined)) {
      tellDevice(changes, { before, now, isNew, recreated, link, fields });
    }
    if (!isNew && !recreated) tellDrift(changes, now, this.#driftChanges);
    const { up } = now.device;
    this.link = isNew || recreated ? up : (up ?? link);
  }

  rename(view: PeerView): void {
    this.#rotation?.rename(view);
  }

  /** The device is another, or gone: its peers have nothing to do with those before. */
  forget(): void {
    this.#rotation = undefined;
    this.#reconfigured = true;
  }

  *records(): Generator<SavedRecord> {
    for (const [kind, recorded] of this.#rotation?.records() ?? []) yield savedRecord(kind, recorded);
  }

  /** @param present the peers that are there now */
  restoreRecord(
    saved: SavedRecord,
    device: Series,
    identity: Identity | undefined,
    present: ReadonlyMap<string, { readonly view: PeerView }>,
  ): void {
    this.#rotation ??= new KeyRotation();
    this.#rotation.restore(saved.record, recordedOf(saved, device, identity));
    // Its name may be another than it was.
    const now = present.get(saved.peer.publicKey)?.view;
    if (saved.record === 'added' && now !== undefined) this.#rotation.rename(now);
  }
}
