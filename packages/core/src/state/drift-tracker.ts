import { parseEndpoint } from '../model/endpoint.js';
import type { Device } from '../model/device.js';
import type { ExpectedDevice, ExpectedPeer } from '../model/expected-device.js';
import type { DeviceConfigDrifted, PeerEndpointNameMoved } from './change.js';
import { differencesOf, type Difference } from './drift.js';
import type { DeviceDrift, EndpointName, PeerView } from './frame.js';

/** What is new of drift, but for what every change has. */
export type DriftChange =
  | Pick<DeviceConfigDrifted, 'type' | 'differences'>
  | Pick<PeerEndpointNameMoved, 'type' | 'peer' | 'phase' | 'host' | 'addresses'>;

/** Follows how one device differs from what it was meant to be. What there is at first sight is no change. */
export class DriftTracker {
  #expected: ExpectedDevice | undefined;
  #drift: DeviceDrift | undefined;
  /** By public key. */
  #hadMoved = new Map<string, boolean>();

  /** Compares the device with what is said of it now.
   *
   *  @param changed whether anything of the device's setup, or which peers it has, may have changed
   *  @param viewOf finds a peer of the device by its key */
  advance(
    device: Device,
    expected: ExpectedDevice | undefined,
    changed: boolean,
    viewOf: (publicKey: string) => PeerView | undefined,
  ): { readonly drift: DeviceDrift | undefined; readonly news: readonly DriftChange[] } {
    const before = this.#drift;
    const news: DriftChange[] = [];
    if (expected === undefined) {
      this.#drift = undefined;
      return { drift: undefined, news };
    }
    const same = before !== undefined && expected === this.#expected && !changed;
    const differences = same ? before.differences : differencesOf(device, expected);
    this.#expected = expected;
    if (before !== undefined && !areSame(differences, before.differences)) {
      news.push({ type: 'device.config.drifted', differences });
    }
    const hadMoved = this.#hadMoved;
    this.#hadMoved = new Map();
    const endpointNames: EndpointName[] = [];
    for (const wanted of expected.peers) {
      const peer = viewOf(wanted.publicKey);
      const known = hadMoved.get(wanted.publicKey);
      const moved = peer && hasMoved(peer, wanted);
      // What was known last counts as long as nobody can tell.
      if (known !== undefined || moved !== undefined) this.#hadMoved.set(wanted.publicKey, (moved ?? known)!);
      if (moved === undefined) continue;
      const { host, addresses } = wanted.endpoint!;
      endpointNames.push({ series: peer!.series, host, moved });
      if (known === undefined || known === moved) continue;
      news.push({ type: 'peer.endpoint.name.moved', peer: peer!, phase: moved ? 'start' : 'end', host, addresses });
    }
    this.#drift = { differences, endpointNames };
    return { drift: this.#drift, news };
  }
}

/** `undefined`: nobody can tell. */
function hasMoved({ peer }: PeerView, { endpoint }: ExpectedPeer): boolean | undefined {
  const addresses = endpoint?.addresses ?? [];
  if (peer.endpoint === undefined || addresses.length === 0) return undefined;
  return !addresses.includes(parseEndpoint(peer.endpoint).address);
}

function areSame(a: readonly Difference[], b: readonly Difference[]): boolean {
  const known = new Set(a.map(keyOf));
  return a.length === b.length && b.every((each) => known.has(keyOf(each)));
}

function keyOf({ field, publicKey = '' }: Difference): string {
  return `${field} ${publicKey}`;
}
