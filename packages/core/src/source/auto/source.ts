import type { Reading } from '../../model/snapshot.js';
import { NetlinkSource, type NetlinkSourceOptions } from '../netlink/source.js';
import type { ReadOptions, Source } from '../source.js';
import { UapiSource, type UapiSourceOptions } from '../uapi/source.js';
import { WgShowSource, type WgShowSourceOptions } from '../wg-show/source.js';
import { UserspaceElsewhere } from './elsewhere.js';
import { SourceWithWg } from './with-wg.js';

/** Reads each device once: over its UAPI socket where it has one, of the kernel over netlink otherwise. Where there is no
 *  netlink, or where it was said how `wg` is to be asked, `wg` takes its place. */
export class AutoSource implements Source {
  readonly name = 'auto';
  /** `undefined`: it is not to be used. */
  readonly #netlink: NetlinkSource | undefined;
  readonly #userspace: Source;
  readonly #withWg: Source;

  constructor(
    options: UapiSourceOptions & NetlinkSourceOptions & WgShowSourceOptions = {},
    netlink: NetlinkSource = new NetlinkSource(options),
  ) {
    this.#netlink = options.command === undefined && options.read !== 'public' ? netlink : undefined;
    const isElsewhere = options.netns !== undefined && options.netns.length > 0;
    this.#userspace = isElsewhere ? new UserspaceElsewhere(options) : new UapiSource(options);
    this.#withWg = isElsewhere ? new WgShowSource(options) : new SourceWithWg(options);
  }

  async read(options: ReadOptions): Promise<Reading> {
    if (this.#netlink === undefined) return this.#withWg.read(options);
    const obstacle = await this.#netlink.obstacle();
    if (obstacle !== undefined) {
      const reading = await this.#withWg.read(options);
      const note = { source: this.#netlink.name, message: `${obstacle}; wg is run in its place` };
      return { ...reading, notes: [note, ...reading.notes] };
    }
    const [userspace, kernel] = await Promise.all([this.#userspace.read(options), this.#netlink.read(options)]);
    const isServed = ({ name, netns }: { name: string; netns: string | undefined }): boolean =>
      userspace.devices.some((device) => device.name === name && device.netns === netns);
    return {
      devices: [...userspace.devices, ...kernel.devices.filter((device) => !isServed(device))],
      failures: [...userspace.failures, ...kernel.failures],
      notes: [...userspace.notes, ...kernel.notes],
    };
  }
}
