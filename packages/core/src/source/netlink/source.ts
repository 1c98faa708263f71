import type { Device } from '../../model/device.js';
import type { Reading, SourceFailure, SourceNote } from '../../model/snapshot.js';
import { bootTime } from '../link.js';
import { namespacesOf, OWN, type Namespace } from '../namespace.js';
import { reuseDevice } from '../reuse.js';
import { toFailure, type ReadOptions, type Source } from '../source.js';
import { NetlinkClient } from './client.js';
import { ofDevice } from './errno.js';
import { wireguardFamily } from './family.js';
import { loadLibc } from './libc.js';
import { listLinks, type NamedLink } from './links.js';
import { NetlinkParser, type KernelDevice } from './parse.js';
import { ATTEMPTS, readDevice } from './read.js';
import { socketsOf, type NetlinkSockets, type OpenSockets } from './sockets.js';

export interface NetlinkSourceOptions {
  /** Network namespaces to read instead of the own one: a name as `ip netns` has it, an absolute path or `pid:N`. */
  readonly netns?: readonly string[] | undefined;
  /** Whether a device is to be read. Default: each. */
  readonly reads?: ((device: string) => boolean) | undefined;
}

/** Reads kernel devices by asking the kernel itself, over generic netlink. Sockets are opened for each reading: one that is
 *  kept would keep its namespace alive too, and go on reading it after another was made in its place. */
export class NetlinkSource implements Source {
  readonly name = 'netlink';
  readonly #namespaces: readonly Namespace[];
  readonly #reads: (device: string) => boolean;
  readonly #load: () => Promise<OpenSockets>;
  /** By namespace and device. */
  #parsers = new Map<string, NetlinkParser>();
  #booted: Promise<number | undefined> | undefined;

  /** @param load gives what opens sockets, or rejects with why there are none
   *  @throws {WireGuardError} `INVALID_OPTION` if a namespace's name can't be one */
  constructor(
    { netns, reads }: NetlinkSourceOptions = {},
    load: () => Promise<OpenSockets> = async () => socketsOf(await loadLibc()),
  ) {
    this.#namespaces = namespacesOf(netns);
    this.#reads = reads ?? (() => true);
    this.#load = load;
  }

  /** Why nothing can be read this way here, whatever there is. `undefined`: it can. */
  async obstacle(): Promise<string | undefined> {
    try {
      const sockets = (await this.#load())(OWN);
      sockets.route.close();
      sockets.generic.close();
      return undefined;
    } catch (error) {
      return toFailure(this.name, undefined, error).message;
    }
  }

  async read(options: ReadOptions): Promise<Reading> {
    let open: OpenSockets;
    try {
      open = await this.#load();
    } catch (error) {
      return { devices: [], failures: [toFailure(this.name, undefined, error)], notes: [] };
    }
    const parsers = this.#parsers;
    this.#parsers = new Map();
    const devices: Device[] = [];
    const failures: SourceFailure[] = [];
    const notes: SourceNote[] = [];
    for (const namespace of this.#namespaces) {
      const found = await this.#readIn(namespace, open, parsers, options);
      devices.push(...found.devices);
      failures.push(...found.failures);
      notes.push(...found.notes);
    }
    if (devices.length === 0 && failures.length === 0) {
      notes.push({ source: this.name, message: 'the kernel has no WireGuard device' });
    }
    return { devices, failures, notes };
  }

  async #readIn(
    namespace: Namespace,
    open: OpenSockets,
    parsers: ReadonlyMap<string, NetlinkParser>,
    { signal, previous, now = Date.now() }: ReadOptions,
  ): Promise<Reading> {
    const devices: Device[] = [];
    const failures: SourceFailure[] = [];
    const notes: SourceNote[] = [];
    let sockets: NetlinkSockets | undefined;
    try {
      sockets = open(namespace);
      const links = await listLinks(new NetlinkClient(sockets.route), signal);
      const names = new Map(links.map(({ index, name }) => [index, name]));
      const wanted = links.filter(({ name, wireguard }) => wireguard && this.#reads(name));
      const client = new NetlinkClient(sockets.generic);
      const family = wanted.length === 0 ? 0 : await wireguardFamily(client, signal);
      for (const link of wanted) {
        const key = `${namespace.name ?? ''}\0${link.name}`;
        const parser = parsers.get(key) ?? new NetlinkParser();
        const begin = (): void => parser.begin(now, (index) => names.get(index));
        try {
          const { device, interrupted } = await readDevice(client, family, link.index, parser, begin, signal);
          devices.push(reuseDevice(await this.#describe(device, link, namespace), previous));
          this.#parsers.set(key, parser);
          if (interrupted) notes.push(this.#interrupted(link, namespace));
        } catch (error) {
          failures.push(toFailure(this.name, link.name, ofDevice(error, link.name), namespace.name));
        }
      }
    } catch (error) {
      failures.push(toFailure(this.name, undefined, error, namespace.name));
    } finally {
      sockets?.route.close();
      sockets?.generic.close();
    }
    return { devices, failures, notes };
  }

  async #describe(device: KernelDevice, link: NamedLink, { name: netns }: Namespace): Promise<Device> {
    return {
      ...device,
      name: link.name,
      type: 'kernel',
      netns,
      source: this.name,
      up: link.up,
      countingSince: await (this.#booted ??= bootTime()),
      incarnation: link.index.toString(),
      standardMessages: true,
    };
  }

  #interrupted({ name }: NamedLink, { name: netns }: Namespace): SourceNote {
    const device = netns === undefined ? name : `${name} in ${netns}`;
    return {
      source: this.name,
      message: `${device} was configured each of the ${ATTEMPTS} times it was read: its peers are not all as of one instant`,
    };
  }
}
