import type { Reading } from '../../model/snapshot.js';
import type { ReadOptions, Source } from '../source.js';
import { findSockets, UAPI_DIRECTORY } from '../uapi/sockets.js';
import { WgShowSource, type WgShowSourceOptions } from '../wg-show/source.js';

/** Reads userspace devices of other network namespaces, through `wg`. It is run only if any device has a socket: those are
 *  there for all namespaces, and `wg-show` tells where each device is. */
export class UserspaceElsewhere implements Source {
  readonly name = 'wg-show';
  readonly #wgShow: WgShowSource;
  #sockets: ReadonlySet<string> = new Set();

  constructor(options: WgShowSourceOptions) {
    const { reads = () => true } = options;
    this.#wgShow = new WgShowSource({ ...options, reads: (device) => this.#sockets.has(device) && reads(device) });
  }

  async read(options: ReadOptions): Promise<Reading> {
    // What may not be looked at is none that `wg` could read.
    this.#sockets = new Set(await findSockets(UAPI_DIRECTORY).catch(() => []));
    if (this.#sockets.size === 0) return { devices: [], failures: [], notes: [] };
    const { devices, failures } = await this.#wgShow.read(options);
    return { devices: devices.filter(({ type }) => type === 'userspace'), failures, notes: [] };
  }
}
