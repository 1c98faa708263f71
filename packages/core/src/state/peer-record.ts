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
  readonly #byName = new Map<string, string>();
  readonly #byAddresses = new Map<string, string>();

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
    if (peerName !== undefined) return this.#last(this.#byName.get(peerName));
    const found = this.#byKey.get(this.#byAddresses.get(addressesOf(peer.allowedIPs)) ?? '');
    return found?.view.series.peerName === undefined ? found?.last : undefined;
  }

  /** Whether one of another name had the same allowed IPs. */
  hasAddressesOf({ series, peer }: PeerView): boolean {
    const found = this.#byKey.get(this.#byAddresses.get(addressesOf(peer.allowedIPs)) ?? '');
    const name = found?.view.series.peerName;
    return name !== undefined && series.peerName !== undefined && name !== series.peerName;
  }

  list(): Iterable<Recorded> {
    return this.#byKey.values();
  }

  #last(publicKey: string | undefined): PeerView | undefined {
    return publicKey === undefined ? undefined : this.#byKey.get(publicKey)?.last;
  }

  #index({ series, peer }: PeerView): void {
    if (series.peerName !== undefined) this.#byName.set(series.peerName, peer.publicKey);
    if (peer.allowedIPs.length > 0) this.#byAddresses.set(addressesOf(peer.allowedIPs), peer.publicKey);
  }

  #unindex({ series, peer }: PeerView): void {
    const addresses = addressesOf(peer.allowedIPs);
    if (this.#byName.get(series.peerName ?? '') === peer.publicKey) this.#byName.delete(series.peerName!);
    if (this.#byAddresses.get(addresses) === peer.publicKey) this.#byAddresses.delete(addresses);
  }
}

function addressesOf(allowedIPs: readonly string[]): string {
  return allowedIPs.toSorted().join();
}
