import { open } from 'node:fs/promises';
import { storedPoints, type StoredPoint } from './stored-points.js';

/** What has arrived of a host. */
export interface Arrived {
  /** Of all metrics, those of the agent itself too. */
  points: number;
  /** By time, the series of each metric of WireGuard. */
  readonly scrapes: Map<bigint, Map<string, Set<string>>>;
  /** How many points had been there before, of the same series and time. */
  repeated: number;
}

/** Follows the file that a Collector writes in the format `proto`. */
export class Arrivals {
  readonly #path: string;
  /** Up to here all messages are read. */
  #end = 0;
  readonly byHost = new Map<string, Arrived>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Reads what is new, and tells whether so many hosts have come with so many scrapes each. */
  async have(hosts: number, scrapes: number): Promise<boolean> {
    await this.read();
    const found = [...this.byHost.values()].filter((host) => host.scrapes.size >= scrapes);
    return found.length >= hosts;
  }

  /** Reads what is new. */
  async read(): Promise<void> {
    const file = await open(this.#path);
    try {
      const { size } = await file.stat();
      const { buffer } = await file.read(Buffer.alloc(size - this.#end), 0, size - this.#end, this.#end);
      const whole = endOfWhole(buffer);
      this.#end += whole;
      for (const point of storedPoints(buffer.subarray(0, whole))) this.#take(point);
    } finally {
      await file.close();
    }
  }

  #take({ host, metric, time, series }: StoredPoint): void {
    const of = this.byHost.get(host) ?? { points: 0, scrapes: new Map(), repeated: 0 };
    this.byHost.set(host, of);
    of.points++;
    if (!metric.startsWith('wireguard.')) return;
    const scrape = of.scrapes.get(time) ?? new Map<string, Set<string>>();
    of.scrapes.set(time, scrape);
    const known = scrape.get(metric) ?? new Set<string>();
    scrape.set(metric, known);
    if (known.has(series)) of.repeated++;
    known.add(series);
  }
}

/** Where the last message ends that is there as a whole. */
function endOfWhole(messages: Buffer): number {
  for (let at = 0; ;) {
    const next = at + 4 <= messages.length ? at + 4 + messages.readUInt32BE(at) : Infinity;
    if (next > messages.length) return at;
    at = next;
  }
}
