import type { Change, Device, DeviceView, Frame, PeerView } from '@wgotel/core';

/** What is known of a peer, but for counters. */
interface PeerPicture {
  readonly state: string;
  readonly hasPresharedKey: boolean | undefined;
  readonly keepalive: number | undefined;
  readonly allowedIPs: readonly string[];
  /** The last one known. */
  readonly endpoint: string | undefined;
  /** In whole seconds. */
  readonly handshake: number | undefined;
}

interface DevicePicture {
  readonly publicKey: string | undefined;
  readonly listenPort: number | undefined;
  readonly firewallMark: number | undefined;
  readonly up: boolean | undefined;
  readonly peers: Map<string, PeerPicture>;
}

/** What is known of devices and peers: drawn from frames, or from changes one after the other. */
export class Picture {
  readonly #devices = new Map<string, DevicePicture>();

  /** Draws a whole frame.
   *
   *  @param isThere whether a device exists */
  static of(frame: Frame, isThere: (device: string) => boolean): Picture {
    const picture = new Picture();
    for (const view of frame.devices) if (isThere(view.series.device)) picture.#draw(view);
    return picture;
  }

  get plain(): unknown {
    return Object.fromEntries(
      [...this.#devices].map(([name, { peers, ...rest }]) => [name, { ...rest, peers: Object.fromEntries(peers) }]),
    );
  }

  /** Endpoints that WireGuard forgot are not said to be gone. */
  keepEndpoints(before: Picture): this {
    for (const [name, { peers }] of this.#devices) {
      for (const [key, each] of peers) {
        const known = before.#devices.get(name)?.peers.get(key)?.endpoint;
        if (each.endpoint === undefined) peers.set(key, { ...each, endpoint: known });
      }
    }
    return this;
  }

  has(device: string): boolean {
    return this.#devices.has(device);
  }

  apply(change: Change): void {
    switch (change.type) {
      case 'device.added':
        this.#draw(change.device);
        break;
      case 'device.recreated': {
        const before = new Picture();
        for (const [name, each] of this.#devices) before.#devices.set(name, each);
        this.#draw(change.device);
        this.keepEndpoints(before);
        break;
      }
      case 'device.removed':
        this.#devices.delete(change.device.series.device);
        break;
      case 'device.up':
        this.#set(change.device, { up: true });
        break;
      case 'device.down':
        this.#set(change.device, { up: false });
        break;
      case 'device.config.changed':
        this.#set(change.device, setup(change.device.device));
        break;
      case 'peer.added':
        this.#add(change.peer);
        break;
      case 'peer.removed':
        this.#peers(change.peer).delete(change.peer.peer.publicKey);
        break;
      case 'peer.key.rotated':
        this.#peers(change.peer).delete(change.previous.peer.publicKey);
        this.#add(change.peer);
        break;
      case 'peer.handshake':
        this.#change(change.peer, { handshake: seconds(change.time) });
        break;
      case 'peer.counters.reset':
        this.#change(change.peer, { handshake: seconds(change.peer.peer.lastHandshakeTime) });
        break;
      case 'peer.state.changed':
        this.#change(change.peer, { state: change.to });
        break;
      case 'peer.endpoint.changed':
        this.#change(change.peer, { endpoint: change.to });
        break;
      case 'peer.config.changed': {
        const { hasPresharedKey, keepalive, allowedIPs } = pictureOf(change.peer);
        this.#change(change.peer, { hasPresharedKey, keepalive, allowedIPs });
        break;
      }
      case 'peer.connected':
      case 'peer.disconnected':
      case 'peer.endpoint.flapping':
      case 'clock.step':
        break;
    }
  }

  #draw({ series, device, peers }: DeviceView): void {
    const drawn = peers.map((each): [string, PeerPicture] => [each.peer.publicKey, pictureOf(each)]);
    this.#devices.set(series.device, { ...setup(device), up: device.up, peers: new Map(drawn) });
  }

  #set({ series }: DeviceView, fields: Partial<DevicePicture>): void {
    this.#devices.set(series.device, { ...this.#devices.get(series.device)!, ...fields });
  }

  #peers({ series }: PeerView): Map<string, PeerPicture> {
    return this.#devices.get(series.device)!.peers;
  }

  #add(view: PeerView): void {
    this.#peers(view).set(view.peer.publicKey, pictureOf(view));
  }

  #change(view: PeerView, fields: Partial<PeerPicture>): void {
    const peers = this.#peers(view);
    peers.set(view.peer.publicKey, { ...peers.get(view.peer.publicKey)!, ...fields });
  }
}

function setup({ publicKey, listenPort, firewallMark }: Device): Omit<DevicePicture, 'up' | 'peers'> {
  return { publicKey, listenPort, firewallMark };
}

function pictureOf({ peer, state }: PeerView): PeerPicture {
  return {
    state,
    hasPresharedKey: peer.hasPresharedKey,
    keepalive: peer.persistentKeepaliveInterval,
    allowedIPs: peer.allowedIPs.toSorted(),
    endpoint: peer.endpoint,
    handshake: seconds(peer.lastHandshakeTime),
  };
}

function seconds(time: number | undefined): number | undefined {
  return time === undefined ? undefined : Math.floor(time / 1000);
}
