import { lookup as systemLookup } from 'node:dns/promises';
import { isDeepStrictEqual } from 'node:util';
import { normaliseAddress } from '../wireguard-files/prefix.js';

/** Finds the addresses of a host. Rejects if there are none, or nobody knows. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** A name is looked up this often, in milliseconds. */
const INTERVAL = 5 * 60_000;

/** Names that are looked up at the same time: each takes a thread of Node's few for as long as the resolver likes. */
const AT_ONCE = 2;

/** More names than this are not looked up. */
const MOST_HOSTS = 1000;

/** As `wg` does it: with the system's resolver, `/etc/hosts` included. */
const bySystem: Lookup = async (host) => {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
};

interface Entry {
  addresses: readonly string[];
  lookedUpAt: number;
}

/** Knows what names stand for, and looks again every now and then, in the background. */
export class HostBook {
  readonly #now: () => number;
  readonly #lookup: Lookup;
  readonly #hosts = new Map<string, Entry>();
  readonly #queue = new Set<string>();
  #underWay = 0;
  #changed = false;

  /** @param now milliseconds of a clock that never steps */
  constructor(now: () => number, lookup: Lookup = bySystem) {
    this.#now = now;
    this.#lookup = lookup;
  }

  /** Sorted. Empty: not known. */
  addressesOf(host: string): readonly string[] {
    return this.#hosts.get(host)?.addresses ?? [];
  }

  /** Whether any name stands for something else since this was last asked. */
  takeChanges(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** Has names looked up that are due, and forgets those that are not asked for any more. */
  refresh(hosts: readonly string[]): void {
    const wanted = new Set(hosts.slice(0, MOST_HOSTS));
    for (const host of this.#hosts.keys()) if (!wanted.has(host)) this.#hosts.delete(host);
    for (const host of wanted) {
      const entry = this.#hosts.get(host);
      if (entry === undefined || this.#now() - entry.lookedUpAt >= INTERVAL) this.#queue.add(host);
    }
    this.#work();
  }

  #work(): void {
    for (const host of this.#queue) {
      if (this.#underWay === AT_ONCE) return;
      this.#queue.delete(host);
      this.#underWay++;
      // Before the answer, so that it is not asked for twice.
      const before = this.addressesOf(host);
      this.#hosts.set(host, { addresses: before, lookedUpAt: this.#now() });
      void this.#lookup(host)
        // A name that can't be looked up says nothing against the address in use.
        .catch((): readonly string[] => [])
        .then((found) => {
          const addresses = found.map((each) => normaliseAddress(each) ?? each).toSorted();
          this.#underWay--;
          if (this.#hosts.has(host)) {
            this.#hosts.set(host, { addresses, lookedUpAt: this.#now() });
            this.#changed ||= !isDeepStrictEqual(addresses, before);
          }
          this.#work();
        });
    }
  }
}
