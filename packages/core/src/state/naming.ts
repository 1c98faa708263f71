import type { ExpectedDevice, ExpectedDevices } from '../model/expected-device.js';
import { peerId } from '../model/key.js';
import type { PeerExpectation, PeerExpectations } from './frame.js';
import { nameOf, type PeerNames } from './name.js';
import { Series } from './series.js';

/** What an operator says of peers and devices: their names, what is expected of them, and how they are meant to be set up. */
export interface Sayings {
  readonly names?: PeerNames | undefined;
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
export function ask(
  { names = () => undefined, expectations = () => undefined }: Sayings,
  publicKey: string,
  device: Series,
  before?: Series,
): Said {
  const id = before?.peerId ?? peerId(publicKey);
  const name = nameOf(names, publicKey, device.device);
  const same = before !== undefined && before.peerName === name;
  const series = same ? before : new Series(device.device, id, name, device.netns, before);
  let expected: PeerExpectation | undefined;
  try {
    expected = expectations({ device: device.device, id, name });
  } catch {
    // It is the application's.
  }
  return { series, expected };
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
