import type { Change } from './change.js';
import { tellDevice, type DeviceStep } from './device-changes.js';
import type { PeerView } from './frame.js';
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

  /** @param silent whether to find the device is no change, as nobody ever looked for it */
  constructor(silent: boolean) {
    this.#silent = silent;
  }

  /** Compares the setup of a peer. Returns whether it is another. */
  compare(before: PeerView, now: PeerView, { changes, time, monotonicTime, devicePublicKey }: Step): boolean {
    const fields = peerFields(before.peer, now.peer);
    if (fields.length === 0) return false;
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
    if (changes === undefined) return;
    this.#rotation ??= new KeyRotation();
    const current = (publicKey: string): PeerView => present.get(publicKey)!.view;
    const arrivals = { added, removed, current, time, monotonicTime, devicePublicKey };
    for (const change of this.#rotation.arrive(arrivals)) changes.push(change);
  }

  /** The device was read. */
  tell(step: Omit<DeviceStep, 'link'>, changes: Change[]): void {
    const { before, now, isNew, recreated, fields } = step;
    const { link } = this;
    if (!(this.#silent && before === undefined)) {
      tellDevice(changes, { before, now, isNew, recreated, link, fields });
    }
    const { up } = now.device;
    this.link = isNew || recreated ? up : (up ?? link);
  }

  rename(view: PeerView): void {
    this.#rotation?.rename(view);
  }

  /** The device is another, or gone: its peers have nothing to do with those before. */
  forget(): void {
    this.#rotation = undefined;
  }

  *records(): Generator<SavedRecord> {
    for (const [kind, recorded] of this.#rotation?.records() ?? []) yield savedRecord(kind, recorded);
  }

  /** @param now the same peer, if it is there */
  restoreRecord(saved: SavedRecord, device: Series, now: PeerView | undefined): void {
    this.#rotation ??= new KeyRotation();
    this.#rotation.restore(saved.record, recordedOf(saved, device));
    // Its name may be another than it was.
    if (saved.record === 'added' && now !== undefined) this.#rotation.rename(now);
  }
}
