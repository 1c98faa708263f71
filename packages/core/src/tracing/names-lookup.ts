import { lookup } from 'node:dns';
import { untraced } from '../model/suppress-tracing.js';
import type { Hosts } from './hosts.js';
import { RecentMap } from './recent-map.js';

/** Names looked up at the same time: each may take one of the four threads that also read files. */
const MAX_LOOKUPS = 2;
/** How long until a name is looked up again, found or not, in milliseconds. */
const INTERVAL = 60_000;
const MAX_NAMES = 1024;
/** What can be a name; a path of a Unix socket can't. */
const NAME = /^[\w.-]{1,253}$/;

/** Looks up the addresses of names for {@link Hosts}, as the system does; nobody waits for it. */
export class NamesLookup {
  readonly #hosts: Hosts;
  readonly #lookedUp = new RecentMap<string, number>(MAX_NAMES);
  #underWay = 0;

  constructor(hosts: Hosts) {
    this.#hosts = hosts;
  }

  ask(host: string): void {
    const now = performance.now();
    if (this.#underWay >= MAX_LOOKUPS || now - (this.#lookedUp.get(host) ?? -Infinity) < INTERVAL) return;
    if (!NAME.test(host)) return;
    this.#lookedUp.set(host, now);
    this.#underWay++;
    untraced(() =>
      lookup(host, { all: true }, (_, addresses) => {
        this.#underWay--;
        for (const { address } of addresses ?? []) this.#hosts.learn(host, address);
      }),
    );
  }
}
