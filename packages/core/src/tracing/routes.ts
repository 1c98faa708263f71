import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { parseAddress, words } from '../model/address.js';
import { RecentMap } from './recent-map.js';

/** Addresses whose route is kept, at most twice as many. */
const MAX_ADDRESSES = 4096;
/** How long a route is believed, in milliseconds. */
const LIFETIME = 30_000;
/** A route that is in use is asked for again when it is this old, so that no span falls between. */
const REFRESH = 15_000;
/** How often the interfaces are compared while routes are in use. */
const INTERFACES_EVERY = 5000;
/** Routes asked for at the same time. */
const MAX_PROBES = 16;
/** No packet is sent: connecting a UDP socket only makes the kernel choose. */
const DISCARD_PORT = 9;

interface Route {
  /** `undefined`: it leads out of no interface that could be told. */
  readonly device: string | undefined;
  readonly time: number;
}

/** Tells out of which interface this host would send to an address, by what the kernel says: the source address that it
 *  gives to a connected UDP socket, on which nothing is sent. Policy rules count, and it takes no privileges. */
export class Routes {
  readonly #now: () => number;
  readonly #probe: (address: string) => Promise<string | undefined>;
  readonly #routes = new RecentMap<string, Route>(MAX_ADDRESSES);
  readonly #pending = new Set<string>();
  readonly #list: typeof networkInterfaces;
  #interfaces: Interfaces;
  #comparedAt: number;

  /** @param now a clock that does not step, in milliseconds */
  constructor(
    now: () => number = () => performance.now(),
    probe: (address: string) => Promise<string | undefined> = sourceAddress,
    list: typeof networkInterfaces = networkInterfaces,
  ) {
    this.#now = now;
    this.#probe = probe;
    this.#list = list;
    this.#interfaces = new Interfaces(list());
    this.#comparedAt = now();
  }

  /** The interface towards a remote address as far as it is known, without asking the kernel: that is done later.
   *  `undefined`: not known yet, or none. */
  towards(address: string): string | undefined {
    const now = this.#now();
    if (now - this.#comparedAt > INTERFACES_EVERY) this.#compareInterfaces(now);
    const route = this.#routes.get(address);
    const age = route === undefined ? Infinity : now - route.time;
    if (age > REFRESH) this.#ask(address);
    return age <= LIFETIME ? route!.device : undefined;
  }

  /** The interface that has an address of this host. `undefined`: none has it, or several have. */
  withAddress(address: string): string | undefined {
    const now = this.#now();
    if (now - this.#comparedAt > INTERFACES_EVERY) this.#compareInterfaces(now);
    return this.#interfaces.withAddress(address);
  }

  /** Off the hot path: the first look only notes that it is due. */
  #compareInterfaces(now: number): void {
    this.#comparedAt = now;
    setImmediate(() => {
      const interfaces = new Interfaces(this.#list());
      if (interfaces.summary === this.#interfaces.summary) return;
      this.#interfaces = interfaces;
      this.#routes.clear();
    }).unref();
  }

  #ask(address: string): void {
    if (this.#pending.size >= MAX_PROBES || this.#pending.has(address)) return;
    this.#pending.add(address);
    const interfaces = this.#interfaces;
    void this.#find(address, interfaces).then((device) => {
      this.#pending.delete(address);
      // An answer from before a change is none.
      if (interfaces === this.#interfaces) this.#routes.set(address, { device, time: this.#now() });
    });
  }

  async #find(address: string, interfaces: Interfaces): Promise<string | undefined> {
    // What goes to this host itself goes through no tunnel, whichever interface has the address.
    if (interfaces.has(address)) return undefined;
    try {
      const source = await this.#probe(address);
      return source === undefined ? undefined : interfaces.outwards(source);
    } catch {
      return undefined;
    }
  }
}

/** The addresses of this host. */
class Interfaces {
  /** Equal as long as nothing changed. */
  readonly summary: string;
  /** `undefined`: several interfaces have the address. */
  readonly #byAddress = new Map<string, string | undefined>();
  readonly #loopback = new Set<string | undefined>();

  constructor(found: ReturnType<typeof networkInterfaces>) {
    this.summary = JSON.stringify(found);
    for (const [name, addresses = []] of Object.entries(found)) {
      for (const { address, internal } of addresses) {
        if (internal) this.#loopback.add(name);
        const key = keyOf(address);
        const known = this.#byAddress.get(key);
        this.#byAddress.set(key, !this.#byAddress.has(key) || known === name ? name : undefined);
      }
    }
  }

  has(address: string): boolean {
    return this.#byAddress.has(keyOf(address));
  }

  withAddress(address: string): string | undefined {
    return this.#byAddress.get(keyOf(address));
  }

  /** The same for what leaves this host: loopback is no way out. */
  outwards(address: string): string | undefined {
    const name = this.withAddress(address);
    return this.#loopback.has(name) ? undefined : name;
  }
}

/** The same for every way to write an address. */
function keyOf(address: string): string {
  const family = parseAddress(address);
  return family === 4 ? String(words[0]) : words.join(':');
}

/** Asks the kernel which of the host's addresses it would send from. */
function sourceAddress(address: string): Promise<string | undefined> {
  const family = parseAddress(address);
  // Only IPv6 can tell an interface by its zone.
  const plain =
    family === 4 ? [24, 16, 8, 0].map((shift) => (words[0]! >>> shift) & 255).join('.') : unbracketed(address);
  return new Promise((resolve, reject) => {
    const socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      // It is an address already: nothing to look up, and nothing for an instrumentation of DNS to trace.
      lookup: (host, _, callback) => callback(null, host, family),
    });
    const done = (settle: () => void): void => {
      socket.close();
      settle();
    };
    socket.once('error', (error) => done(() => reject(error)));
    socket.connect(DISCARD_PORT, plain, () => {
      const source = socket.address().address;
      done(() => resolve(source));
    });
    socket.unref();
  });
}

function unbracketed(address: string): string {
  return address.startsWith('[') ? address.slice(1, -1) : address;
}
