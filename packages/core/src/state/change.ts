import type { Device, Peer } from '../model/device.js';
import type { PeerState } from '../model/peer-state.js';
import type { DeviceView, EndpointChange, PeerView, StaleReason } from './frame.js';

/** Something that is otherwise than in the frame before. Put onto that frame one after the other, the changes of a frame give
 *  its devices and peers again, all but their counters. */
export type Change =
  | PeerHandshake
  | PeerStateChanged
  | PeerEndpointChanged
  | PeerEndpointFlapping
  | PeerAdded
  | PeerRemoved
  | PeerConfigChanged
  | PeerCountersReset
  | PeerKeyRotated
  | PeerConnected
  | PeerDisconnected
  | DeviceAdded
  | DeviceRemoved
  | DeviceRecreated
  | DeviceUp
  | DeviceDown
  | DeviceConfigChanged
  | ClockStepped;

export type ChangeType = Change['type'];
export type PeerChange = Extract<Change, { readonly peer: PeerView }>;
export type DeviceChange = Extract<Change, { readonly device: DeviceView }>;

interface At {
  /** When it took place, in milliseconds since the epoch: where WireGuard says so, by its own account; else when the scrape
   *  found it. */
  readonly time: number;
}

interface OfPeer extends At {
  /** As it is now; of one that is gone, as it was last seen. */
  readonly peer: PeerView;
  /** Of the device, base64. `undefined`: it has none. */
  readonly devicePublicKey: string | undefined;
}

interface OfDevice extends At {
  /** As it is now; of one that is gone, as it was last seen, peers included. */
  readonly device: DeviceView;
}

export interface PeerHandshake extends OfPeer {
  readonly type: 'peer.handshake';
  /** Time of the one before, in milliseconds since the epoch. `undefined`: this is the first. */
  readonly previous: number | undefined;
}

export interface PeerStateChanged extends OfPeer {
  readonly type: 'peer.state.changed';
  readonly from: PeerState;
  readonly to: PeerState;
  /** Why it is stale. `undefined`: it is not. */
  readonly reason: StaleReason | undefined;
  /** Whether this is its first handshake ever, as far as anybody knows. */
  readonly firstHandshake: boolean;
}

export interface PeerEndpointChanged extends OfPeer {
  readonly type: 'peer.endpoint.changed';
  readonly kind: EndpointChange;
  /** The last one known. `undefined`: none was. */
  readonly from: string | undefined;
  readonly to: string;
}

/** The endpoint goes to and fro: roaming faster than anybody travels, one key in two places, or two uplinks. */
export interface PeerEndpointFlapping extends OfPeer {
  readonly type: 'peer.endpoint.flapping';
  readonly phase: 'start' | 'end';
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Of the endpoint, since then. */
  readonly changes: number;
  /** How many distinct ones there were among the last changes. */
  readonly addresses: number;
  /** Whether it mostly went back to where it had been before. */
  readonly alternating: boolean;
}

export interface PeerAdded extends OfPeer {
  readonly type: 'peer.added';
  /** Whether it was given all the allowed IPs that a peer of another name had within the last day. */
  readonly addressReused: boolean;
}

export interface PeerRemoved extends OfPeer {
  readonly type: 'peer.removed';
}

export interface PeerConfigChanged extends OfPeer {
  readonly type: 'peer.config.changed';
  readonly before: Peer;
  readonly fields: readonly PeerField[];
}
export type PeerField = 'allowed_ips' | 'persistent_keepalive' | 'preshared_key';

/** Its byte counters fell, or its handshake was forgotten, though it was there all along. */
export interface PeerCountersReset extends OfPeer {
  readonly type: 'peer.counters.reset';
  readonly before: Peer;
}

/** A peer took the place of another: the same one with a new key. Said in place of that one's removal or of this one's
 *  addition, whichever comes later; of both, if they come at once. */
export interface PeerKeyRotated extends OfPeer {
  readonly type: 'peer.key.rotated';
  /** The peer with the old key, as it was last seen; without its sums, if that was before a restart. */
  readonly previous: PeerView;
  /** - `name`: both have the same name
   *  - `allowed_ips`: neither has a name, and all the allowed IPs went over */
  readonly basis: 'name' | 'allowed_ips';
}

/** It became active. For an audit trail; there only if it was asked for. */
export interface PeerConnected extends OfPeer {
  readonly type: 'peer.connected';
}

/** It is active no longer, or gone. For an audit trail; there only if it was asked for. */
export interface PeerDisconnected extends OfPeer {
  readonly type: 'peer.disconnected';
  /** When it became active, in milliseconds since the epoch. `undefined`: it was when the first frame was made. */
  readonly since: number | undefined;
  /** Bytes since then, or since the first frame. */
  readonly receiveBytes: number;
  readonly transmitBytes: number;
}

/** It was not there before; its peers are part of it, and nothing is said of each of them. */
export interface DeviceAdded extends OfDevice {
  readonly type: 'device.added';
}

/** It is there no longer, and its peers with it. */
export interface DeviceRemoved extends OfDevice {
  readonly type: 'device.removed';
}

/** It was deleted and made again in between; its peers are part of it. */
export interface DeviceRecreated extends OfDevice {
  readonly type: 'device.recreated';
}

/** Its link was set up. */
export interface DeviceUp extends OfDevice {
  readonly type: 'device.up';
}

/** Its link was set down. */
export interface DeviceDown extends OfDevice {
  readonly type: 'device.down';
}

export interface DeviceConfigChanged extends OfDevice {
  readonly type: 'device.config.changed';
  readonly before: Device;
  readonly fields: readonly DeviceField[];
}
export type DeviceField = 'public_key' | 'listen_port' | 'firewall_mark';

/** The wall clock jumped against the one that never steps. */
export interface ClockStepped extends At {
  readonly type: 'clock.step';
  /** How far, in milliseconds; forward is positive. */
  readonly step: number;
}
