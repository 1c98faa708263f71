import type { TunnelView } from '../model/tunnel.js';
import { parseAddress } from '../model/address.js';
import type { ResolvedTracingOptions } from './options.js';
import type { Routes } from './routes.js';
import { TunnelTable, type Prefixes } from './tunnel-table.js';

const EVERY_ADDRESS = undefined;

/** Finds the tunnel that packets to an address go through. */
export class TunnelMatcher {
  readonly #options: ResolvedTracingOptions;
  readonly #routes: Routes;
  table: TunnelTable = TunnelTable.EMPTY;
  // Of the search under way; fields, so that a search makes no garbage.
  #owner = -1;
  #length = -1;
  /** Whether no route has to be asked for. */
  #certain = false;

  constructor(options: ResolvedTracingOptions, routes: Routes) {
    this.#options = options;
    this.#routes = routes;
  }

  /** The tunnel towards a remote address. `undefined`: none, or it is not known yet; the next time it may be. */
  towards(address: string): TunnelView | undefined {
    if (!this.isCandidate(address)) return undefined;
    if (this.#certain) return this.table.views[this.#owner];
    return this.#routed(address);
  }

  /** Whether a device's allowed IPs hold an address. Remembers which. */
  isCandidate(address: string): boolean {
    const family = parseAddress(address);
    if (family === 0) return false;
    const { match, declared } = this.#options;
    const { devices } = this.table;
    this.#owner = this.#length = -1;
    for (const [device, prefixes] of declared) this.#consider(devices.get(device), prefixes, family);
    this.#certain = this.#owner >= 0 || match === 'allowed_ips';
    if (this.#owner >= 0) return true;
    for (const allowedIPs of devices.values()) this.#consider(allowedIPs, EVERY_ADDRESS, family);
    return this.#length >= 0;
  }

  /** Whether a tunnel's own end has the address: that of the socket that a request came in by. */
  isLocal(address: string, view: TunnelView): boolean {
    return this.#options.match === 'allowed_ips' || this.#routes.withAddress(address) === view.interface;
  }

  /** Takes a device for the longest match; two that match alike are none. */
  #consider(allowedIPs: Prefixes | undefined, within: Prefixes | undefined, family: 4 | 6): void {
    if (allowedIPs === undefined) return;
    if (within !== undefined) {
      const allowed = within.of(family);
      if (allowed.ownerOf(allowed.find()) < 0) return;
    }
    const ranges = allowedIPs.of(family);
    const range = ranges.find();
    const owner = ranges.ownerOf(range);
    if (owner < 0) return;
    const length = ranges.lengthOf(range);
    if (length < this.#length) return;
    this.#owner = length === this.#length ? -1 : owner;
    this.#length = length;
  }

  /** The tunnel of the device that the route leads out of. */
  #routed(address: string): TunnelView | undefined {
    const candidate = this.#owner < 0 ? undefined : this.table.views[this.#owner];
    const device = this.#routes.towards(address);
    if (device === undefined) return undefined;
    if (candidate?.interface === device) return candidate;
    const ranges = this.table.devices.get(device)?.of(parseAddress(address) as 4 | 6);
    const owner = ranges?.ownerOf(ranges.find()) ?? -1;
    return owner < 0 ? undefined : this.table.views[owner];
  }
}
