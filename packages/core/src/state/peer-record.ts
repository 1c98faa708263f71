import type { PeerView } from './frame.js';

/** Peers that are remembered at most; the longest remembered goes. */
const MOST = 1000;

/** A peer as it was at some time. */
export interface Recorded {
  /** With the allowed IPs that it is to be found by. */
  readonly view: PeerView;
  /** As it was last seen. */
  readonly last: PeerView;
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
}

/** Remembers peers of a device, to be found by key, name or allowed IPs. */
export class PeerRecord {
  readonly #byKey = new Map<string, Recorded>();
  /** Keys, by what else the peers are found by. */
  readonly #byName = new Map<string, Set<string>>();
  readonly #byAddresses = new Map<string, Set<string>>();

  get(publicKey: string): Recorded | undefined {
    return this.#byKey.get(publicKey);
  }

  put(view: PeerView, at: number, last: PeerView = view): void {
    const { publicKey } = view.peer;
    this.delete(publicKey);
    this.#byKey.set(publicKey, { view, last, at });
    this.#index(view);
    if (this.#byKey.size > MOST) this.delete(this.#byKey.keys().next().value!);
  }

  /** Takes a peer as it is now, if it is one of those remembered. */
  replace(view: PeerView): void {
    const { publicKey } = view.peer;
    const before = this.#byKey.get(publicKey);
    if (before === undefined) return;
    this.#unindex(before.view);
    this.#byKey.set(publicKey, { view, last: view, at: before.at });
    this.#index(view);
  }

  delete(publicKey: string): void {
    const before = this.#byKey.get(publicKey);
    if (before === undefined) return;
    this.#byKey.delete(publicKey);
    this.#unindex(before.view);
  }

  /** Forgets what is older. */
  forget(oldest: number): void {
    for (const [publicKey, { at }] of this.#byKey) {
      if (at >= oldest) return;
      this.delete(publicKey);
    }
  }

  /** The one that must be the same peer as this: of the same name, or where neither has one, with the same allowed IPs.
   *  As it was last seen. */
  successor({ series, peer }: PeerView): PeerView | undefined {
    const { peerName } = series;
    if (peerName !== undefined) return this.#oldest(this.#byName.get(peerName), () => true)?.last;
    return this.#oldest(this.#byAddresses.get(addressesOf(peer.allowedIPs)), isNameless)?.last;
  }

  /** Whether one of another name had the same allowed IPs. */
  hasAddressesOf({ series, peer }: PeerView): boolean {
    if (series.peerName === undefined) return false;
    const isOther = ({ view }: Recorded): boolean =>
      view.series.peerName !== undefined && view.series.peerName !== series.peerName;
    return this.#oldest(this.#byAddresses.get(addressesOf(peer.allowedIPs)), isOther) !== undefined;
  }

  list(): Iterable<Recorded> {
    return this.#byKey.values();
  }

  /** The same one, in whatever order they were put in. */
  #oldest(keys: Iterable<string> = [], fits: (recorded: Recorded) => boolean): Recorded | undefined {
    let oldest: Recorded | undefined;
    for (const key of keys) {
      const each = this.#byKey.get(key)!;
      if (fits(each) && (oldest === undefined || isBefore(each, oldest))) oldest = each;
    }
    return oldest;
  }

  #index({ series, peer }: PeerView): void {
    if (series.peerName !== undefined) add(this.#byName, series.peerName, peer.publicKey);
    if (peer.allowedIPs.length > 0) add(this.#byAddresses, addressesOf(peer.allowedIPs), peer.publicKey);
  }

  #unindex({ series, peer }: PeerView): void {
    if (series.peerName !== undefined) remove(this.#byName, series.peerName, peer.publicKey);
    if (peer.allowedIPs.length > 0) remove(this.#byAddresses, addressesOf(peer.allowedIPs), peer.publicKey);
  }
}

function isNameless({ view }: Recorded): boolean {
  return view.series.peerName === undefined;
}

function isBefore(a: Recorded, b: Recorded): boolean {
  return a.at < b.at || (a.at === b.at && a.view.peer.publicKey < b.view.peer.publicKey);
}

function add(index: Map<string, Set<string>>, by: string, key: string): void {
  const keys = index.get(by);
  if (keys === undefined) index.set(by, new Set([key]));
  else keys.add(key);
}

function remove(index: Map<string, Set<string>>, by: string, key: string): void {
  const keys = index.get(by);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(by);
}

function addressesOf(allowedIPs: readonly string[]): string {
  return allowedIPs.toSorted().join();
}
