import type { Device, Peer, Reading, ReadOptions, Source } from '@wgotel/core';

/** What a router's web interface says of its WireGuard: an invented one, as each has its own. */
export interface RouterStatus {
  readonly interface: string;
  readonly publicKey: string;
  readonly port: number;
  readonly clients: readonly {
    readonly key: string;
    readonly address: string;
    readonly networks: readonly string[];
    /** Seconds since the epoch; 0: never. */
    readonly seen: number;
    readonly down: number;
    readonly up: number;
  }[];
}

/** Reads WireGuard out of a router that has neither `wg` nor a socket to offer, but tells over HTTP. */
export class RouterSource implements Source {
  readonly name = 'router';
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Never rejects for what may happen: what can't be read is a failure, which is logged once and counted. */
  async read({ signal }: ReadOptions): Promise<Reading> {
    try {
      const response = await fetch(this.#url, { signal });
      if (!response.ok) throw new Error(`it answers ${response.status}`);
      return { devices: [toDevice((await response.json()) as RouterStatus)], failures: [], notes: [] };
    } catch (error) {
      const message = `the router can't be asked: ${(error as Error).message}`;
      const failure = { source: this.name, device: undefined, code: 'READ_FAILED', message } as const;
      return { devices: [], failures: [failure], notes: [] };
    }
  }
}

function toDevice({ interface: name, publicKey, port, clients }: RouterStatus): Device {
  return {
    name,
    type: 'kernel',
    source: 'router',
    netns: undefined,
    publicKey,
    listenPort: port,
    firewallMark: undefined,
    peers: clients.map(toPeer),
    // The router does not say since when it counts, whether the link is up, or if it was made anew.
    up: undefined,
    countingSince: undefined,
    incarnation: undefined,
    standardMessages: true,
  };
}

function toPeer({ key, address, networks, seen, down, up }: RouterStatus['clients'][number]): Peer {
  return {
    publicKey: key,
    hasPresharedKey: undefined,
    endpoint: address === '' ? undefined : address,
    allowedIPs: networks,
    lastHandshakeTime: seen === 0 ? undefined : seen * 1000,
    // A client's download is what the router transmits.
    receiveBytes: up,
    transmitBytes: down,
    persistentKeepaliveInterval: undefined,
  };
}
