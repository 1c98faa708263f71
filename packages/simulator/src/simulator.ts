import { mkdir } from 'node:fs/promises';
import type { Clock } from './clock.js';
import { realClock, VirtualClock } from './clock.js';
import type { DeviceOptions } from './device.js';
import { SimulatedDevice } from './device.js';
import type { LinkTraffic } from './link.js';
import { Link } from './link.js';
import type { LinkEndSetup } from './link-end.js';
import { KEY_BYTES } from './keys.js';
import { Random } from './random.js';

/** How a simulator is made. */
export interface SimulatorOptions {
  /** Where the sockets go; made by `start` if missing. */
  readonly directory: string;
  /** The same seed and the same calls at the same virtual times give the same bytes. Default 1. */
  readonly seed?: number;
  /** `virtual`: nothing happens but in `advance`. Default `real`. */
  readonly time?: 'real' | 'virtual';
  /** Where virtual time starts, in ms since the epoch. Default 2026-01-01T00:00:00Z. */
  readonly startTime?: number;
}

/** One end of a link. */
export interface LinkEndOptions {
  readonly device: SimulatedDevice;
  /** IP address on the underlay. Default 192.0.2.1 for a, 192.0.2.2 for b. */
  readonly address?: string;
  /** In seconds. Default 0: off. */
  readonly persistentKeepalive?: number;
  /** Default 10.9.0.2/32 for a, 10.9.0.1/32 for b. */
  readonly allowedIPs?: readonly string[];
}

/** A tunnel between two devices; a is configured with b's endpoint, b learns a's. */
export interface LinkOptions {
  readonly a: LinkEndOptions;
  readonly b: LinkEndOptions;
  /** One-way delay in ms. Default 0. */
  readonly latency?: number;
  /** Pings from a to b. Default none. */
  readonly traffic?: LinkTraffic;
}

const DEFAULT_START = Date.UTC(2026, 0, 1);

/** Serves simulated WireGuard devices on UAPI sockets in one directory. */
export class Simulator {
  readonly #directory: string;
  readonly #seed: number;
  readonly #clock: Clock;
  readonly #devices: SimulatedDevice[] = [];
  #links = 0;

  constructor(options: SimulatorOptions) {
    this.#directory = options.directory;
    this.#seed = options.seed ?? 1;
    this.#clock = options.time === 'virtual' ? new VirtualClock(options.startTime ?? DEFAULT_START) : realClock;
  }

  /** Returns the simulator's time in ms since the epoch. */
  now(): number {
    return this.#clock.now();
  }

  /** Adds a device. One added after `start` is served once its `open` is called. */
  addDevice(options: DeviceOptions): SimulatedDevice {
    const device = new SimulatedDevice(this.#directory, options, this.#clock, `${this.#seed}/device/${options.name}`);
    this.#devices.push(device);
    return device;
  }

  /** Joins two devices; both ends share a preshared key. Works at once, before `start` too. */
  addLink({ a, b, latency = 0, traffic }: LinkOptions): Link {
    const random = new Random(`${this.#seed}/link/${this.#links++}`);
    const presharedKey = random.bytes(KEY_BYTES);
    const sourceA = `${a.address ?? '192.0.2.1'}:${a.device.listenPort}`;
    const sourceB = `${b.address ?? '192.0.2.2'}:${b.device.listenPort}`;
    const setup = {
      a: { ...endSetup(a, b, '10.9.0.2/32'), source: sourceA, endpoint: sourceB, presharedKey },
      b: { ...endSetup(b, a, '10.9.0.1/32'), source: sourceB, endpoint: undefined, presharedKey },
      latency,
      traffic,
    };
    const link = new Link(setup, this.#clock, random);
    a.device.attach(link.a);
    b.device.attach(link.b);
    return link;
  }

  /** Binds the sockets of all devices. */
  async start(): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    for (const device of this.#devices) await device.open();
  }

  /**
   * Moves virtual time forward, at once unless devices are due to be re-created on the way.
   *
   * @throws RangeError in real time, or if `ms` is below 0.
   */
  async advance(ms: number): Promise<void> {
    const clock = this.#clock;
    if (!(clock instanceof VirtualClock)) throw new RangeError("advance needs virtual time: pass time: 'virtual'");
    if (!(ms >= 0)) throw new RangeError(`cannot advance by ${ms} ms: time goes forward only`);
    await clock.advance(ms);
  }

  /** Ends all connections and removes all sockets. */
  async close(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()));
  }
}

function endSetup(
  end: LinkEndOptions,
  other: LinkEndOptions,
  prefix: string,
): Omit<LinkEndSetup, 'source' | 'endpoint' | 'presharedKey'> {
  return {
    host: end.device,
    remoteKey: other.device.publicKey,
    persistentKeepalive: end.persistentKeepalive ?? 0,
    allowedIPs: end.allowedIPs ?? [prefix],
  };
}
