import type { PeerState } from './peer-state.js';

/** A span as others refer to it: lower-case hex digits, 32 and 16 of them. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** What an application may know of a tunnel that it sends through: no keys, no endpoints, no counters. A view that did not
 *  change is the same object. */
export interface TunnelView {
  /** The device, such as `wg0`. */
  readonly interface: string;
  /** Network namespace of the device as it was named when it was asked for. `undefined`: that of whoever reads it. */
  readonly netns: string | undefined;
  /** {@link peerId} of the other end. */
  readonly peerId: string;
  /** Already cleaned of what must not be shown. `undefined`: nobody named it. */
  readonly name: string | undefined;
  /** {@link tunnelId} of both ends. `undefined`: the device has no key. */
  readonly tunnelId: string | undefined;
  /** In CIDR form. */
  readonly allowedIPs: readonly string[];
  readonly state: PeerState;
  /** Of the last handshake, milliseconds since the epoch. `undefined`: there was none. */
  readonly handshakeTime: number | undefined;
  /** Round-trip time through the tunnel, in milliseconds. `undefined`: nobody measures it. */
  readonly rtt: number | undefined;
  /** The span of the session that is going on. `undefined`: there is none, or it may never be exported. */
  readonly session: SpanIds | undefined;
}

/** Tells of tunnels as they change: the receiver in this process, or the agent on this host. */
export interface TunnelFeed {
  /** All there are now. The same array as long as nothing changed. */
  current(): readonly TunnelView[];
  /** Calls the listener after each change; it must not throw. Returns what ends that. */
  onChange(listener: () => void): () => void;
}
