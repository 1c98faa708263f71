import { RecentMap } from './recent-map.js';

const MAX_HOSTS = 1024;
/** Addresses of one host; of more the oldest goes. */
const MAX_ADDRESSES = 8;
/** How long an address is believed to be a host's, in milliseconds. */
const LIFETIME = 300_000;

interface Known {
  readonly address: string;
  time: number;
}

const NONE: readonly Known[] = [];

/** Which addresses the hosts have that this process spoke to, as far as it was seen. */
export class Hosts {
  readonly #now: () => number;
  readonly #hosts = new RecentMap<string, Known[]>(MAX_HOSTS);

  /** @param now a clock that does not step, in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  learn(host: string, address: string): void {
    const time = this.#now();
    const addresses = this.#hosts.get(host);
    if (addresses === undefined) {
      this.#hosts.set(host, [{ address, time }]);
      return;
    }
    for (const known of addresses) {
      if (known.address !== address) continue;
      known.time = time;
      return;
    }
    const fresh = addresses.filter((known) => time - known.time <= LIFETIME).slice(1 - MAX_ADDRESSES);
    this.#hosts.set(host, [...fresh, { address, time }]);
  }

  /** Gives what `find` makes of a host's addresses if it makes the same of all of them: a host may be reached through a tunnel
   *  at one address and beside it at another. */
  agreeing<T>(host: string, find: (address: string) => T | undefined): T | undefined {
    const now = this.#now();
    let agreed: T | undefined;
    let first = true;
    let agree = true;
    for (const { address, time } of this.#hosts.get(host) ?? NONE) {
      if (now - time > LIFETIME) continue;
      // All are looked at, so that every route is asked for.
      const found = find(address);
      if (first) agreed = found;
      else if (found !== agreed) agree = false;
      first = false;
    }
    return agree ? agreed : undefined;
  }

  knows(host: string): boolean {
    const now = this.#now();
    return this.#hosts.get(host)?.some(({ time }) => now - time <= LIFETIME) ?? false;
  }
}
