import type { Change } from './change.js';
import type { EndpointChange, PeerView } from './frame.js';
import type { Step } from './step.js';

/** What became of a peer between two readings. */
export interface PeerStep {
  readonly before: PeerView;
  readonly now: PeerView;
  readonly reset: boolean;
  readonly handshake: boolean;
  /** `undefined`: its endpoint is the same. */
  readonly change: EndpointChange | undefined;
  /** The last one known. `undefined`: none was. */
  readonly endpointBefore: string | undefined;
  /** Whether it had a handshake that was forgotten. */
  readonly met: boolean;
}

/** Says what became of a peer, in the order in which WireGuard does it. */
export function tellPeer(changes: Change[], step: PeerStep, { time, devicePublicKey }: Step): void {
  const { before, now, reset, handshake, change } = step;
  const previous = before.peer.lastHandshakeTime;
  if (reset) changes.push({ type: 'peer.counters.reset', time, peer: now, devicePublicKey, before: before.peer });
  if (change !== undefined) {
    const [from, to] = [step.endpointBefore, now.peer.endpoint!];
    changes.push({ type: 'peer.endpoint.changed', time, peer: now, devicePublicKey, kind: change, from, to });
  }
  if (handshake) {
    const at = now.peer.lastHandshakeTime!;
    changes.push({ type: 'peer.handshake', time: at, peer: now, devicePublicKey, previous });
  }
  if (now.state !== before.state) {
    const { state: to, reason } = now;
    const firstHandshake = before.state === 'never' && handshake && previous === undefined && !step.met;
    const from = before.state;
    changes.push({ type: 'peer.state.changed', time, peer: now, devicePublicKey, from, to, reason, firstHandshake });
  }
}
