import type { ExpectedDevice, ExpectedDevices } from '../model/expected-device.js';
import { HASH, type Identity } from '../model/identity.js';
import { peerId } from '../model/key.js';
import type { PeerExpectation, PeerExpectations } from './frame.js';
import { nameOf, type PeerNames } from './name.js';
import { Series } from './series.js';

/** What an operator says of peers and devices: how they are to be called, what is expected of them, and how they are meant to be
 *  set up. */
export interface Sayings {
  readonly names?: PeerNames | undefined;
  /** What peers get their ids from, and whether they are named. Default: ids that follow from public keys alone. */
  readonly identity?: Identity | undefined;
  readonly expectations?: PeerExpectations | undefined;
  /** Of the own network namespace. */
  readonly expectedDevices?: ExpectedDevices | undefined;
}

/** What was said of one peer. */
export interface Said {
  readonly series: Series;
  readonly expected: PeerExpectation | undefined;
}

/** Asks what is said of a peer that appears, or again of one that is known.
 *
 *  @param before what was said last; its series goes on if the name is the same */
export function ask(sayings: Sayings, publicKey: string, device: Series, before?: Series): Said {
  const { names = () => undefined, expectations = () => undefined, identity = HASH } = sayings;
  const name = identity.tellsNames ? nameOf(names, publicKey, device.device) : undefined;
  const same = before !== undefined && before.peerName === name;
  const series = same ? before : seriesOf(publicKey, name, device, identity, before);
  let expected: PeerExpectation | undefined;
  try {
    expected = expectations({ device: device.device, id: series.peerId!, name });
  } catch {
    // It is the application's.
  }
  return { series, expected };
}

/** The series of a peer, which hold what may be shown of who it is.
 *
 *  @param before of the same peer under another name */
export function seriesOf(
  publicKey: string,
  name: string | undefined,
  { device, netns }: Series,
  identity: Identity = HASH,
  before?: Series,
): Series {
  const id = before?.peerId ?? peerId(publicKey, identity);
  const shownKey = identity.tellsKeys ? publicKey : undefined;
  return new Series(device, id, identity.tellsNames ? name : undefined, netns, shownKey, before);
}

/** Asks how a device is meant to be set up. */
export function askSetup({ expectedDevices }: Sayings, { device, netns }: Series): ExpectedDevice | undefined {
  try {
    return netns === undefined ? expectedDevices?.(device) : undefined;
  } catch {
    // It is the application's.
    return undefined;
  }
}
