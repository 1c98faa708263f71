import { chmod, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mix } from './behaviour.js';
import type { Clock } from './clock.js';
import type { UapiFault } from './faults.js';
import type { KeyPair } from './keys.js';
import { keyPair } from './keys.js';
import type { LinkEnd, LinkHost } from './link-end.js';
import type { Lifetime } from './population.js';
import { DEFAULT_MIX, populate } from './population.js';
import { Random } from './random.js';
import type { PeerEntry } from './render.js';
import { renderReply } from './render.js';
import type { UapiServer } from './uapi-server.js';
import { serveUapi } from './uapi-server.js';

/** How a device is made. Times are in ms. */
export interface DeviceOptions {
  /** Interface name, also that of the socket file. */
  readonly name: string;
  /** Number of peers that follow `mix`. Default 0. */
  readonly peers?: number;
  readonly mix?: Mix;
  /** How long the device has existed when it is added. Default 0: no peer had a handshake yet. */
  readonly age?: number;
  /** Sequence of peers in a reply: wireguard-go's is `random`, another each time. Default `random`. */
  readonly order?: 'random' | 'stable';
  /** Default 51820. */
  readonly listenPort?: number;
  /** Default 0: not set. */
  readonly fwmark?: number;
  /** Re-creates the device, with new socket file and counters at 0, each time this has passed. Default never. */
  readonly recreateEvery?: number;
}

const NAME = /^[A-Za-z0-9_=+.-]{1,15}$/;

/** A WireGuard device that exists only as its UAPI socket `<directory>/<name>.sock`. */
export class SimulatedDevice implements LinkHost {
  readonly name: string;
  readonly socketPath: string;
  readonly listenPort: number;
  readonly #options: DeviceOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lifetime: Lifetime;
  readonly #population: readonly PeerEntry[];
  readonly #ends: LinkEnd[] = [];
  #keys: KeyPair;
  #isUp = true;
  #fault: UapiFault | undefined;
  #server: UapiServer | undefined;
  #recreation: Promise<void> | undefined;
  #cancelRecreation: () => void = () => {};

  constructor(directory: string, options: DeviceOptions, clock: Clock, seed: string) {
    if (!NAME.test(options.name)) {
      throw new RangeError(`'${options.name}' is no interface name: use 1 to 15 letters, digits or _=+.-`);
    }
    this.name = options.name;
    this.socketPath = join(directory, `${options.name}.sock`);
    this.listenPort = options.listenPort ?? 51820;
    this.#options = options;
    this.#clock = clock;
    this.#random = new Random(seed);
    this.#keys = keyPair(seed);
    this.#lifetime = { createdAt: clock.now() - (options.age ?? 0) };
    const mix = options.mix ?? DEFAULT_MIX;
    this.#population = populate(options.peers ?? 0, mix, this.#random.fork('population'), this.#lifetime);
  }

  get publicKey(): Buffer {
    return this.#keys.publicKey;
  }

  get keys(): KeyPair {
    return this.#keys;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Binds the socket; its modification time is the device's creation in the simulator's time. */
  async open(): Promise<void> {
    this.#server = await serveUapi(
      this.socketPath,
      () => this.#slices(),
      () => this.#fault,
    );
    await chmod(this.socketPath, 0o700);
    const created = this.#lifetime.createdAt / 1000;
    await utimes(this.socketPath, created, created);
    const { recreateEvery } = this.#options;
    if (recreateEvery !== undefined) this.#cancelRecreation = this.#clock.after(recreateEvery, () => this.recreate());
  }

  /** Removes the socket. */
  async close(): Promise<void> {
    await this.#recreation;
    await this.#unbind();
  }

  /** Removes the device and makes it again: counters at 0, a new socket file. */
  recreate(): Promise<void> {
    this.#recreation = this.#makeAnew();
    return this.#recreation;
  }

  /** Makes the server faulty, or right again with undefined. Into and out of `refuse` the socket is bound anew. */
  async setFault(fault: UapiFault | undefined): Promise<void> {
    const rebind = this.#server !== undefined && (fault?.type === 'refuse') !== (this.#fault?.type === 'refuse');
    if (rebind) await this.#unbind();
    this.#fault = fault;
    if (rebind) await this.open();
  }

  /** Sets the interface up or down, as `ip link set` does. */
  setUp(up: boolean): void {
    this.#change(up ? 'open' : 'close', () => {
      this.#isUp = up;
    });
  }

  /** Gives the device another private key; peers that know the old public key can't reach it any more. */
  setKeys(keys: KeyPair): void {
    this.#change('forgetSessions', () => {
      this.#keys = keys;
    });
  }

  /** Makes an end of a link one of the device's peers. For the simulator. */
  attach(end: LinkEnd): void {
    this.#ends.push(end);
  }

  /** Returns the whole answer to `get=1`. */
  render(): Buffer {
    return Buffer.concat([...this.#slices()]);
  }

  async #makeAnew(): Promise<void> {
    const wasOpen = this.#server !== undefined;
    await this.#unbind();
    this.#lifetime.createdAt = this.#clock.now();
    for (const end of this.#ends) end.restart();
    if (wasOpen) await this.open();
  }

  async #unbind(): Promise<void> {
    this.#cancelRecreation();
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  #change(event: 'open' | 'close' | 'forgetSessions', change: () => void): void {
    for (const end of this.#ends) end.catchUp();
    change();
    for (const end of this.#ends) end.onDevice(event);
  }

  #slices(): Iterable<Buffer> {
    for (const end of this.#ends) end.catchUp();
    const linked = this.#ends.map((end) => end.entry()).filter((entry) => entry !== undefined);
    const peers = [...linked, ...this.#population];
    const order = Uint32Array.from(peers.keys());
    if (this.#options.order !== 'stable') this.#random.shuffle(order);
    const header = { keys: this.#keys, listenPort: this.listenPort, fwmark: this.#options.fwmark ?? 0 };
    return renderReply(header, peers, order, this.#clock.now());
  }
}
