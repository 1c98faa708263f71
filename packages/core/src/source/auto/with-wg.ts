import type { Reading, SourceNote } from '../../model/snapshot.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { UapiSource, type UapiSourceOptions } from '../uapi/source.js';
import { WgShowSource, type WgShowSourceOptions } from '../wg-show/source.js';

/** Reads each device once: over its UAPI socket where it has one, through `wg` otherwise. `wg` first lists the devices,
 *  and dumps them only if one is left for it. */
export class SourceWithWg implements Source {
  readonly name = 'auto';
  readonly #uapi: UapiSource;
  readonly #wgShow: WgShowSource;

  constructor(options: UapiSourceOptions & WgShowSourceOptions = {}) {
    this.#uapi = new UapiSource(options);
    this.#wgShow = new WgShowSource(options);
  }

  async read(options: ReadOptions): Promise<Reading> {
    const [uapi, listed] = await Promise.all([this.#uapi.read(options), this.#list(options.signal)]);
    const served = new Set([
      ...uapi.devices.map(({ name }) => name),
      ...uapi.failures.map(({ device }) => device ?? ''),
    ]);
    const rest = Array.isArray(listed) ? listed.filter((name) => !served.has(name)) : [];
    const wgShow =
      rest.length > 0 ? await this.#wgShow.readExcept(served, options) : this.#explain(listed, uapi, options);
    return {
      devices: [...uapi.devices, ...wgShow.devices],
      failures: [...uapi.failures, ...wgShow.failures],
      notes: [...uapi.notes, ...wgShow.notes],
    };
  }

  /** The devices `wg` sees, or why it can't tell. */
  async #list(signal: AbortSignal): Promise<string[] | Error> {
    return this.#wgShow.listDevices(signal).catch((error: Error) => error);
  }

  /** Why `wg` serves nothing. That it is missing is a failure only if nothing else was found either, or if it was there and
   *  read something before. */
  #explain(listed: string[] | Error, uapi: Reading, { previous }: ReadOptions): Reading {
    const note = (message: string): SourceNote => ({ source: this.#wgShow.name, message });
    if (Array.isArray(listed)) {
      const message =
        listed.length === 0
          ? 'wg lists no device'
          : 'every device wg lists has a UAPI socket, and is read nowhere else';
      return { devices: [], failures: [], notes: [note(message)] };
    }
    const failure = toFailure(this.#wgShow.name, undefined, listed);
    const missed = previous?.devices.some(({ source }) => source === this.#wgShow.name) ?? false;
    return uapi.devices.length > 0 && failure.code === 'SOURCE_UNAVAILABLE' && !missed
      ? { devices: [], failures: [], notes: [note(failure.message)] }
      : { devices: [], failures: [failure], notes: [] };
  }
}
