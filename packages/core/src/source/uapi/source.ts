import type { Device } from '../../model/device.js';
import type { Reading, SourceFailure } from '../../model/snapshot.js';
import { readLink } from '../link.js';
import { PeerTable } from '../peer-table.js';
import { reuseDevice } from '../reuse.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { readUapi } from './read.js';
import { findSockets, UAPI_DIRECTORY, type UapiSocket } from './sockets.js';

export interface UapiSourceOptions {
  /** The folder of the sockets. Default: `/var/run/wireguard`. */
  readonly directory?: string | undefined;
}

/** How many devices are read at once: parsing is one thread's work, and each reading holds a buffer. */
const CONCURRENCY = 8;

/** Reads userspace devices (wireguard-go, boringtun, the simulator) over their UAPI sockets. */
export class UapiSource implements Source {
  readonly name = 'uapi';
  readonly directory: string;
  #tables = new Map<string, PeerTable>();

  constructor(options: UapiSourceOptions = {}) {
    this.directory = options.directory ?? UAPI_DIRECTORY;
  }

  async read({ signal, previous }: ReadOptions): Promise<Reading> {
    const devices: Device[] = [];
    const failures: SourceFailure[] = [];
    let sockets: UapiSocket[];
    try {
      sockets = await findSockets(this.directory);
    } catch (error) {
      return { devices, failures: [toFailure(this.name, undefined, error)], notes: [] };
    }
    this.#tables = new Map(sockets.map(({ device }) => [device, this.#tables.get(device) ?? new PeerTable()]));

    const waiting = sockets.values();
    const worker = async (): Promise<void> => {
      for (const socket of waiting) {
        try {
          devices.push(reuseDevice(await this.#readDevice(socket, signal), previous));
        } catch (error) {
          // An answer without end may have filled it with a million peers.
          this.#tables.delete(socket.device);
          failures.push(toFailure(this.name, socket.device, error));
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));

    const notes =
      sockets.length > 0 ? [] : [{ source: this.name, message: `no device has a socket in ${this.directory}` }];
    return { devices: devices.toSorted((a, b) => (a.name < b.name ? -1 : 1)), failures, notes };
  }

  async #readDevice(socket: UapiSocket, signal: AbortSignal): Promise<Device> {
    const [{ device, peers }, link] = await Promise.all([
      readUapi(socket, this.#tables.get(socket.device)!, signal),
      readLink(socket.device),
    ]);
    return {
      name: socket.device,
      type: 'userspace',
      source: this.name,
      ...device,
      peers,
      up: link?.up,
      countingSince: socket.boundAt,
      incarnation: socket.incarnation,
    };
  }
}
