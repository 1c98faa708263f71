import { setTimeout as delay } from 'node:timers/promises';
import type { Device } from '../../model/device.js';
import type { Reading, SourceFailure } from '../../model/snapshot.js';
import { readLink } from '../link.js';
import { reuseDevice } from '../reuse.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { UapiParser } from './parse.js';
import { readUapi } from './read.js';
import { findSockets, statSocket, UAPI_DIRECTORY } from './sockets.js';

export interface UapiSourceOptions {
  /** The folder of the sockets. Default: `/var/run/wireguard`. */
  readonly directory?: string | undefined;
  /** Whether a device is to be read. Default: each. */
  readonly reads?: ((device: string) => boolean) | undefined;
}

/** How many devices are read at once: parsing is one thread's work, and each reading holds a buffer. */
const CONCURRENCY = 8;

/** A device that has not answered in full after so many milliseconds is not waited for before the next is begun: a few that
 *  are stuck must not keep the others waiting until the time is up. */
const PATIENCE = 200;

/** Reads userspace devices (wireguard-go, the simulator) over their UAPI sockets. */
export class UapiSource implements Source {
  readonly name = 'uapi';
  readonly #directory: string;
  readonly #reads: (device: string) => boolean;
  #parsers = new Map<string, UapiParser>();

  constructor(options: UapiSourceOptions = {}) {
    this.#directory = options.directory ?? UAPI_DIRECTORY;
    this.#reads = options.reads ?? (() => true);
  }

  async read({ signal, previous, now = Date.now() }: ReadOptions): Promise<Reading> {
    const devices: Device[] = [];
    const failures: SourceFailure[] = [];
    let names: string[];
    try {
      names = (await findSockets(this.#directory)).filter(this.#reads);
    } catch (error) {
      return { devices, failures: [toFailure(this.name, undefined, error)], notes: [] };
    }
    this.#parsers = new Map(names.map((name) => [name, this.#parsers.get(name) ?? new UapiParser()]));

    const readings: Promise<void>[] = [];
    const readOne = async (name: string): Promise<void> => {
      try {
        const device = await this.#readDevice(name, signal, now);
        if (device !== undefined) devices.push(reuseDevice(device, previous));
      } catch (error) {
        // An answer without end may have filled it with a million peers.
        this.#parsers.delete(name);
        failures.push(toFailure(this.name, name, error));
      }
    };
    const waiting = names.values();
    const worker = async (): Promise<void> => {
      for (const name of waiting) {
        const reading = readOne(name);
        readings.push(reading);
        await Promise.race([reading, delay(PATIENCE, undefined, { ref: false })]);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    await Promise.all(readings);

    const nothing = devices.length === 0 && failures.length === 0;
    const notes = nothing ? [{ source: this.name, message: `no device has a socket in ${this.#directory}` }] : [];
    return { devices: devices.toSorted((a, b) => (a.name < b.name ? -1 : 1)), failures, notes };
  }

  /** `undefined`: there is a file of that name, and it is no socket. */
  async #readDevice(name: string, signal: AbortSignal, now: number): Promise<Device | undefined> {
    const socket = await statSocket(this.#directory, name);
    if (socket === undefined) return undefined;
    const device = await readUapi(socket, this.#parsers.get(name)!, signal, now);
    return {
      name,
      type: 'userspace',
      netns: undefined,
      source: this.name,
      publicKey: device.publicKey,
      listenPort: device.listenPort,
      firewallMark: device.firewallMark,
      peers: device.peers,
      up: readLink(name)?.up,
      countingSince: socket.boundAt,
      incarnation: socket.incarnation,
      standardMessages: device.standardMessages,
    };
  }
}
