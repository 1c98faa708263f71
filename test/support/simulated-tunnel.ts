import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WireGuardReceiver, type Frame } from '@wgotel/core';
import { Simulator, type Link, type LinkTraffic, type SimulatedDevice } from '@wgotel/simulator';

export interface EndSetup {
  /** Default: networks behind each end, so that both are sites. */
  readonly allowedIPs?: readonly string[];
  /** In seconds. */
  readonly persistentKeepalive?: number;
}

export interface TunnelSetup {
  readonly a?: EndSetup;
  readonly b?: EndSetup;
  readonly seed?: number;
  readonly latency?: number;
  /** Pings from a to b. */
  readonly traffic?: LinkTraffic;
}

/** A tunnel simulated in virtual time, with a receiver that reads both ends over real sockets. */
export interface SimulatedTunnel {
  readonly link: Link;
  readonly a: SimulatedDevice;
  readonly b: SimulatedDevice;
  /** Lets time pass, with a scrape every 15 s; calls `seen` with each frame. */
  run(seconds: number, seen?: (frame: Frame) => void): Promise<Frame>;
  /** State, and reason if there is one, of the peer at each end. */
  states(): { a: string; b: string };
  close(): Promise<void>;
}

const INTERVAL = 15_000;

export async function openSimulatedTunnel({ a = {}, b = {}, ...setup }: TunnelSetup): Promise<SimulatedTunnel> {
  const directory = await mkdtemp(join(tmpdir(), 'wgotel-test-'));
  const simulator = new Simulator({ directory, time: 'virtual', seed: setup.seed ?? 1 });
  const devices = { a: simulator.addDevice({ name: 'wga' }), b: simulator.addDevice({ name: 'wgb' }) };
  const link = simulator.addLink({
    a: { device: devices.a, allowedIPs: ['10.9.2.0/24'], ...a },
    b: { device: devices.b, allowedIPs: ['10.9.1.0/24'], ...b },
    ...(setup.latency !== undefined && { latency: setup.latency }),
    ...(setup.traffic !== undefined && { traffic: setup.traffic }),
  });
  await simulator.start();
  const receiver = new WireGuardReceiver({
    source: 'uapi',
    sourceOptions: { directory },
    collectionInterval: INTERVAL,
    meterProvider: false,
    clock: { now: () => simulator.now(), monotonic: () => simulator.now() },
  });
  const stateOf = (device: string): string => {
    const view = receiver.frame!.devices.find(({ series }) => series.device === device)!.peers[0];
    return view === undefined ? 'gone' : [view.state, view.reason].filter((word) => word !== undefined).join(' ');
  };
  return {
    link,
    ...devices,
    async run(seconds, seen = () => undefined) {
      let frame = await receiver.scrape();
      for (let passed = 0; passed < seconds; passed += INTERVAL / 1000) {
        await simulator.advance(INTERVAL);
        frame = await receiver.scrape();
        seen(frame);
      }
      return frame;
    },
    states: () => ({ a: stateOf('wga'), b: stateOf('wgb') }),
    async close() {
      await receiver.shutdown();
      await simulator.close();
      await rm(directory, { recursive: true });
    },
  };
}
