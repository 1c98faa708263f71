/** `userspace`: a program such as wireguard-go serves it; `kernel`: the kernel does. */
export type DeviceType = 'kernel' | 'userspace';

/** One WireGuard interface as read at one instant, in the vocabulary of wgtypes. Private keys have no field: they end at
 *  the parser.
 *  Source: https://www.wireguard.com/xplatform/ and `wg show all dump` in wg(8). */
export interface Device {
  readonly name: string;
  readonly type: DeviceType;
  /** Network namespace as it was named when it was asked for. `undefined`: this process's own. */
  readonly netns: string | undefined;
  /** The source that read it, for example `uapi`. */
  readonly source: string;
  /** Base64, 44 characters. `undefined`: the device has no private key. */
  readonly publicKey: string | undefined;
  /** UDP port. `undefined`: not listening yet. */
  readonly listenPort: number | undefined;
  /** `undefined`: off. */
  readonly firewallMark: number | undefined;
  readonly peers: readonly Peer[];
  /** Whether the network interface is administratively up. `undefined`: its state can't be seen from here, as for an
   *  interface in another network namespace. */
  readonly up: boolean | undefined;
  /** The latest instant at which every counter of the device is known to have been 0, in milliseconds since the epoch:
   *  the birth of a userspace device's socket, or the boot of the kernel. `undefined`: unknown. */
  readonly countingSince: number | undefined;
  /** A word that differs once the device was deleted and made again under the same name. `undefined`: can't be told. */
  readonly incarnation: string | undefined;
  /** Whether handshake messages have WireGuard's own sizes and are counted, so that attempts can be read off the byte
   *  counters: not so with an obfuscating AmneziaWG, and with boringtun. */
  readonly standardMessages: boolean;
}

/** One peer of a device as read at one instant. A peer that did not change between two readings is the same object. */
export interface Peer {
  /** Base64, 44 characters. */
  readonly publicKey: string;
  /** `undefined`: the source does not ask. */
  readonly hasPresharedKey: boolean | undefined;
  /** `192.0.2.1:51820`, `[2001:db8::1]:51820` or `[fe80::1%eth0]:51820`. `undefined`: none known yet. */
  readonly endpoint: string | undefined;
  /** In CIDR form, in the order the source gives them. */
  readonly allowedIPs: readonly string[];
  /** Milliseconds since the epoch; whole seconds where the source knows no better. `undefined`: no handshake since the
   *  device came up. Both sources say 0 for this. */
  readonly lastHandshakeTime: number | undefined;
  /** Bytes, handshake messages and keepalives included. Above 2^53 the value is rounded to what a double holds. */
  readonly receiveBytes: number;
  readonly transmitBytes: number;
  /** Seconds. `undefined`: off. */
  readonly persistentKeepaliveInterval: number | undefined;
}
