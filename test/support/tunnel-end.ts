import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { startProcess, until, type RunningProcess } from './process.js';

/** What one end of a tunnel is. */
export interface TunnelEndConfig {
  /** The name of the namespace and of the device: all namespaces share /var/run/wireguard, so it is unique. */
  readonly name: string;
  /** The address inside the tunnel. */
  readonly address: string;
  readonly privateKey: string;
  readonly publicKey: string;
  /** The other end: its public key, and settings as `wg set DEVICE peer KEY` takes them. */
  readonly peer: { readonly publicKey: string; readonly settings: readonly string[] };
}

/** One end of a tunnel: a wireguard-go device in a network namespace that somebody else makes and removes. */
export class TunnelEnd {
  readonly #config: TunnelEndConfig;
  readonly #socket: string;
  #device: RunningProcess | undefined;

  constructor(config: TunnelEndConfig) {
    this.#config = config;
    this.#socket = `/var/run/wireguard/${config.name}.sock`;
  }

  get namespace(): string {
    return this.#config.name;
  }

  get interface(): string {
    return this.#config.name;
  }

  /** The address inside the tunnel. */
  get address(): string {
    return this.#config.address;
  }

  get publicKey(): string {
    return this.#config.publicKey;
  }

  /** Runs a command in the namespace and returns its standard output. Throws if the command fails. */
  async exec(argv: readonly string[]): Promise<string> {
    return (await execa('ip', ['netns', 'exec', this.namespace, ...argv])).stdout;
  }

  /** Returns what `wg show DEVICE dump` prints; the private key is in it. */
  dump(): Promise<string> {
    return this.exec(['wg', 'show', this.interface, 'dump']);
  }

  /** Adds the other end as a peer, as it is at the beginning. */
  async addPeer(): Promise<void> {
    const { publicKey, settings } = this.#config.peer;
    await this.exec(['wg', 'set', this.interface, 'peer', publicKey, ...settings]);
  }

  async removePeer(): Promise<void> {
    await this.exec(['wg', 'set', this.interface, 'peer', this.#config.peer.publicKey, 'remove']);
  }

  /** Removes the device and makes it anew with the same keys: its counters and handshakes begin again. */
  async recreate(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Starts the device, with its peer, and waits until it is up. */
  async start(): Promise<void> {
    this.#device = startProcess('ip', ['netns', 'exec', this.namespace, 'wireguard-go', '-f', this.interface]);
    await until(`${this.interface} is there`, () => existsSync(this.#socket), { process: this.#device });
    await this.setKey(this.#config.privateKey);
    await this.exec(['wg', 'set', this.interface, 'listen-port', '51820']);
    await this.addPeer();
    await this.exec(['ip', 'address', 'add', `${this.address}/24`, 'dev', this.interface]);
    await this.exec(['ip', 'link', 'set', this.interface, 'up']);
  }

  /** Stops the device, and removes what it leaves behind if it had to be killed. */
  async stop(): Promise<void> {
    await this.#device?.stop();
    await rm(this.#socket, { force: true });
  }

  /** Gives the device a private key. `wg` takes it from a file only, and can't open the socket that Node gives a child as
   *  standard input. */
  async setKey(privateKey: string): Promise<void> {
    const file = join(tmpdir(), `${this.interface}.key`);
    try {
      await writeFile(file, privateKey, { mode: 0o600 });
      await this.exec(['wg', 'set', this.interface, 'private-key', file]);
    } finally {
      await rm(file, { force: true });
    }
  }
}
