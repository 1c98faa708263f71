import { Series, type Change, type DeviceView, type Frame, type Peer, type PeerView } from '@wgotel/core';
import { peerId, Tracker } from '@wgotel/core';
import { advance, device, EPOCH, keyOf, peer, snapshot } from './snapshots.js';

/** What a made-up view of a peer may differ in. */
export interface ViewFields extends Partial<Omit<PeerView, 'peer' | 'series'>> {
  readonly name?: string | undefined;
  readonly device?: string;
  readonly netns?: string;
  readonly peer?: Partial<Peer>;
}

/** A peer as a tracker sees it, but for what is given. */
export function peerView(label: string, { name, device: on = 'wg0', netns, peer: of, ...view }: ViewFields): PeerView {
  const [seen] = deviceView({ name: on, peers: [peer(label, of)] }).peers;
  return { ...seen!, series: new Series(on, peerId(keyOf(label)), name, netns), ...view };
}

/** A device as a tracker sees it. */
export function deviceView({ peers = [], ...fields }: Parameters<typeof device>[1] = {}): DeviceView {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 100 });
  return advance(tracker, snapshot(0, [device(peers, fields)])).devices[0]!;
}

/** A frame that has these changes, `seconds` after {@link EPOCH}. */
export function frameOf(changes: readonly Change[], seconds = 0): Frame {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 100 });
  return { ...advance(tracker, snapshot(seconds, [])), changes };
}

/** A point in simulated time. */
export const at = (seconds: number): number => EPOCH + seconds * 1000;
