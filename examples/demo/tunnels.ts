import { setTimeout as delay } from 'node:timers/promises';
import { peerId } from '@wgotel/core';
import { Simulator, type Link, type LinkTraffic } from '@wgotel/simulator';

/** How long the devices have been there when the demo begins, in milliseconds: time enough for a peer to die. */
const HISTORY = 15 * 60_000;
const DIED_AFTER = 2 * 60_000;

interface PeerSetup {
  readonly device?: string;
  readonly traffic?: LinkTraffic;
  readonly allowedIPs?: readonly string[];
  /** In seconds. */
  readonly persistentKeepalive?: number;
}

/** The peers by name. What happens to some of them besides is in {@link openTunnels}. */
const PEERS = {
  office: { traffic: { every: 250, bytes: 1200 }, allowedIPs: ['192.168.10.0/24'] },
  laptop: { traffic: { every: 500, bytes: 900 } },
  phone: {},
  car: { traffic: { every: 1000, bytes: 300 } },
  warehouse: { persistentKeepalive: 25, allowedIPs: ['192.168.20.0/24'] },
  tablet: {},
  kiosk: { traffic: { every: 1000, bytes: 500 } },
  lab: { device: 'wg1', traffic: { every: 1000, bytes: 700 } },
} satisfies Record<string, PeerSetup>;

export interface Tunnels {
  /** What the peers are called, by their id. */
  readonly names: ReadonlyMap<string, string>;
  /** Lets time pass until the signal is given. */
  run(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Serves two simulated devices on sockets in a folder, with peers that each behave in a way of their own. */
export async function openTunnels(directory: string): Promise<Tunnels> {
  const simulator = new Simulator({ directory, time: 'virtual', startTime: Date.now() - HISTORY });
  const devices = {
    wg0: simulator.addDevice({ name: 'wg0' }),
    wg1: simulator.addDevice({ name: 'wg1', listenPort: 51821 }),
  };
  await simulator.start();

  const names = new Map<string, string>();
  const links = {} as Record<keyof typeof PEERS, Link>;
  for (const [index, [name, setup]] of (Object.entries(PEERS) as [keyof typeof PEERS, PeerSetup][]).entries()) {
    // Added after the start, the other end of a tunnel has no socket.
    const remote = simulator.addDevice({ name });
    remote.setUp(name !== 'tablet');
    names.set(peerId(remote.publicKey.toString('base64')), name);
    const { device = 'wg0', traffic, allowedIPs = [`10.9.0.${index + 2}/32`], persistentKeepalive = 0 } = setup;
    links[name] = simulator.addLink({
      a: { device: remote, address: `198.51.100.${index + 2}` },
      b: { device: devices[device as keyof typeof devices], allowedIPs, persistentKeepalive },
      latency: 20,
      ...(traffic && { traffic }),
    });
  }
  for (const name of ['phone', 'warehouse'] as const) links[name].a.ping();
  await simulator.advance(DIED_AFTER);
  links.warehouse.setLoss('all');
  await simulator.advance(HISTORY - DIED_AFTER);

  let moves = 0;
  const incidents: readonly { every: number; happen: () => void | Promise<void> }[] = [
    { every: 8000, happen: () => links.car.a.setSource(`203.0.113.${(++moves % 250) + 1}:51820`) },
    {
      every: 40_000,
      happen: () => {
        links.kiosk.b.removePeer();
        links.kiosk.b.addPeer();
      },
    },
    { every: 45_000, happen: () => devices.wg1.recreate() },
  ];

  return {
    names,
    async run(signal) {
      const timers = incidents.map(({ every, happen }) => setInterval(() => void happen(), every));
      try {
        for (;;) {
          await simulator.advance(Math.max(0, Date.now() - simulator.now()));
          await delay(100, undefined, { signal });
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        timers.forEach(clearInterval);
      }
    },
    close: () => simulator.close(),
  };
}
