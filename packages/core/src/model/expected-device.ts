/** A device as it was meant to be set up, by the file it was set up from. What is `undefined` is not said there, and
 *  compared with nothing. */
export interface ExpectedDevice {
  readonly name: string;
  readonly listenPort: number | undefined;
  /** 0: off. */
  readonly firewallMark: number | undefined;
  readonly peers: readonly ExpectedPeer[];
}

export interface ExpectedPeer {
  /** Base64, 44 characters. */
  readonly publicKey: string;
  /** In CIDR form, as sources give them: no bits beyond the prefix, IPv6 in its shortest form. */
  readonly allowedIPs: readonly string[];
  /** Seconds; 0: off. */
  readonly persistentKeepaliveInterval: number;
  readonly hasPresharedKey: boolean;
  readonly endpoint: ExpectedEndpoint | undefined;
}

/** An endpoint that is given by a host's name. */
export interface ExpectedEndpoint {
  readonly host: string;
  /** What the name stands for at present, as sources write addresses. Empty: it is not known. */
  readonly addresses: readonly string[];
}

/** `undefined`: nobody says how this device is meant to be. The same object as long as it says the same. */
export type ExpectedDevices = (device: string) => ExpectedDevice | undefined;
