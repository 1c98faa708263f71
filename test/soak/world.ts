import { join } from 'node:path';
import { Simulator, keyPair, type Link, type SimulatedDevice } from '@wgotel/simulator';

const MINUTE = 60_000;

/** When it begins, in milliseconds since the epoch. */
const START = Date.UTC(2026, 0, 1);

/** WireGuard devices in virtual time on which something changes all the time, and nothing becomes more. Every device has a simulator of its
 *  own, so that one that is gone leaves nothing behind. */
export class World {
  readonly directory: string;
  readonly #base: Simulator;
  readonly #hub: SimulatedDevice;
  readonly #links: readonly Link[];
  readonly #crowd: SimulatedDevice;
  /** Peers of `wgkeys` get new keys, and keep their allowed IPs. */
  #keys: Simulator | undefined;
  /** A device that lives for two minutes. Each has a name that was there before no more. */
  #guest: Simulator | undefined;
  #steps = 0;
  #now = START;

  /** @param directory of sockets; made if need be */
  constructor(directory: string, peers: number) {
    this.directory = directory;
    this.#base = this.#simulator(1);
    const mix = { steady: 40, idle: 20, roaming: 15, phone: 15, dead: 5, resetting: 5 };
    this.#crowd = this.#base.addDevice({ name: 'wgcrowd', peers, mix, age: 60 * MINUTE });
    this.#hub = this.#base.addDevice({ name: 'wghub', listenPort: 51821 });
    this.#links = Array.from({ length: 2 }, (_, index) => {
      const spoke = this.#base.addDevice({ name: `wgspoke${index}`, listenPort: 51830 + index });
      const [address, prefix] = [`192.0.2.${10 + index}`, `10.9.0.${10 + index}/32`];
      return this.#base.addLink({
        a: { device: spoke, address, persistentKeepalive: 25, allowedIPs: ['10.9.0.0/24'] },
        b: { device: this.#hub, allowedIPs: [prefix] },
        traffic: { every: 10_000, bytes: 84 },
      });
    });
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#now;
  }

  async start(): Promise<void> {
    await this.#base.start();
  }

  /** Moves on, and changes what is due. */
  async advance(ms: number): Promise<void> {
    const before = this.#now;
    this.#now += ms;
    for (const simulator of [this.#base, this.#keys, this.#guest]) await simulator?.advance(ms);
    const isDue = (minutes: number): boolean =>
      Math.floor(before / (minutes * MINUTE)) !== Math.floor(this.#now / (minutes * MINUTE));
    const link = this.#links[this.#steps % this.#links.length]!;
    if (isDue(2)) this.#guest = await this.#replace(this.#guest, { name: `g${this.#steps}`, peers: 2 });
    if (isDue(3)) link.a.setSource(`198.51.100.${1 + (this.#steps % 200)}:${51_000 + (this.#steps % 1000)}`);
    if (isDue(7)) link.b.removePeer();
    if (isDue(8)) for (const each of this.#links) each.b.addPeer();
    if (isDue(5)) this.#keys = await this.#replace(this.#keys, { name: 'wgkeys', peers: 40, age: this.#now - START });
    if (isDue(30)) this.#hub.setKeys(keyPair(`hub ${this.#steps % 50}`));
    if (isDue(45)) await this.#crowd.setFault({ type: 'refuse' });
    else if (isDue(1)) await this.#crowd.setFault(undefined);
    if (isDue(120)) await this.#crowd.recreate();
    this.#steps++;
  }

  async close(): Promise<void> {
    for (const simulator of [this.#base, this.#keys, this.#guest]) await simulator?.close();
  }

  async #replace(before: Simulator | undefined, options: Parameters<Simulator['addDevice']>[0]): Promise<Simulator> {
    await before?.close();
    const simulator = this.#simulator(1 + this.#steps);
    simulator.addDevice(options);
    await simulator.start();
    return simulator;
  }

  #simulator(seed: number): Simulator {
    return new Simulator({ directory: join(this.directory), time: 'virtual', startTime: this.#now, seed });
  }
}
