import type { Device } from '../model/device.js';
import type { PeerState } from '../model/peer-state.js';
import type { Count, DeviceView, Overflow, PeerView } from './frame.js';
import type { SavedDevice } from './saved/format.js';
import type { Series } from './series.js';
import { notAfter } from './start-time.js';

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

/** What there is to say of a device that is not there.
 *
 *  @param before `undefined`: it never was */
export function absent(
  series: Series,
  before: DeviceView | undefined,
  now: { readonly time: number; readonly monotonicTime: number },
  overflow: Overflow | undefined,
): DeviceView {
  return {
    series,
    // Nothing may hold on to the peers.
    device: { ...(before?.device ?? UNKNOWN), name: series.device, netns: series.netns, peers: NO_PEERS },
    readTime: now.time,
    readMonotonicTime: now.monotonicTime,
    up: 0,
    peers: NO_PEERS,
    peerCounts: { active: 0, stale: 0, never: 0, idle: 0 },
    configChanges: before === undefined ? { startTime: now.time, value: 0 } : notAfter(now.time, before.configChanges),
    overflow,
    drift: undefined,
  };
}

/** What was known of a device when it was saved, but for its peers. */
export function restoredView(series: Series, saved: SavedDevice, configChanges: Count): DeviceView {
  const now = { time: saved.readTime, monotonicTime: saved.readMonotonicTime };
  const device = { ...saved.device, peers: NO_PEERS };
  return { ...absent(series, undefined, now, undefined), device, up: saved.up, configChanges };
}

/** The same with its peers. */
export function withPeers(
  view: DeviceView,
  trackers: readonly { readonly view: PeerView }[],
  overflow: Overflow | undefined,
): DeviceView {
  const peers = trackers.map((tracker) => tracker.view);
  const peerCounts: Record<PeerState, number> = { active: 0, stale: 0, never: 0, idle: 0 };
  for (const { state } of peers) peerCounts[state]++;
  const device = { ...view.device, peers: peers.map(({ peer }) => peer) };
  return { ...view, device, peers, peerCounts, overflow };
}
