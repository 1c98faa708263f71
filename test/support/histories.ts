import fc from 'fast-check';
import type { Device, Peer, Snapshot } from '@wgotel/core';
import { device, EPOCH, peer, snapshot } from './snapshots.js';

/** What befalls one peer between two scrapes. */
type PeerEvent =
  | { readonly kind: 'none' | 'leave' | 'join' | 'handshake' | 'reset' | 'forget' | 'keepalive' | 'preshared' }
  | { readonly kind: 'traffic'; readonly bytes: number; readonly sent: number }
  | { readonly kind: 'roam'; readonly host: number; readonly port: number }
  | { readonly kind: 'addresses'; readonly slots: readonly number[] };

/** What befalls a device. */
type DeviceEvent = 'none' | 'leave' | 'recreate' | 'hide' | 'link' | 'port' | 'key' | 'rename';

const peerEvent: fc.Arbitrary<PeerEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'none' as const }) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        'leave' as const,
        'join' as const,
        'handshake' as const,
        'reset' as const,
        'forget' as const,
        'keepalive' as const,
        'preshared' as const,
      )
      .map((kind) => ({ kind })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('traffic' as const),
      bytes: fc.constantFrom(0, 148, 1000),
      sent: fc.constantFrom(0, 148, 92, 9000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('roam' as const),
      host: fc.integer({ min: 1, max: 3 }),
      port: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('addresses' as const),
      slots: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
    }),
  },
);

const DEVICE_EVENTS: readonly DeviceEvent[] = ['leave', 'recreate', 'hide', 'link', 'port', 'key', 'rename'];
const deviceEvent: fc.Arbitrary<DeviceEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.constant('none' as const) },
  { weight: 3, arbitrary: fc.constantFrom(...DEVICE_EVENTS) },
);

const PEERS = ['a', 'b', 'c', 'd'];
const DEVICES = ['wg0', 'wg1'];

interface Stage {
  readonly seconds: number;
  /** How far the wall clock is set, in seconds. */
  readonly clock: number;
  readonly devices: readonly { readonly event: DeviceEvent; readonly peers: readonly PeerEvent[] }[];
}

const stage = (clockSteps: readonly number[]): fc.Arbitrary<Stage> =>
  fc.record({
    seconds: fc.constantFrom(15, 15, 60, 200, 400, 4000),
    clock: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(...clockSteps) }),
    devices: fc.array(fc.record({ event: deviceEvent, peers: fc.array(peerEvent, { minLength: 4, maxLength: 4 }) }), {
      minLength: 2,
      maxLength: 2,
    }),
  });

/** A scrape, and what the operator does beside. */
export interface Scene {
  readonly snapshot: Snapshot;
  /** Devices that are there, whether they can be read or not. */
  readonly present: ReadonlySet<string>;
  readonly hidden: ReadonlySet<string>;
  /** Names of peers from here on, by public key. `undefined`: they stay as they were. */
  readonly names: ((publicKey: string) => string | undefined) | undefined;
}

/** Random histories of two devices and their peers. In the first scene everything can be read.
 *
 *  @param clockSteps how far the wall clock may be set at times, in seconds */
export function histories(...clockSteps: readonly number[]): fc.Arbitrary<Scene[]> {
  return fc.array(stage(clockSteps), { minLength: 2, maxLength: 14 }).map(play);
}

class World {
  readonly up: (boolean | undefined)[] = [true, true];
  readonly there = [true, true];
  readonly incarnation = [1, 1];
  readonly port = [51820, 51820];
  readonly key = ['k0', 'k1'];
  readonly peers: Map<string, Peer>[] = [new Map(), new Map()];

  apply(at: number, event: DeviceEvent): void {
    if (event === 'leave') this.there[at] = !this.there[at];
    if (event === 'link') this.up[at] = !this.up[at];
    if (event === 'port') this.port[at]!++;
    if (event === 'key') this.key[at] += '+';
    if (event === 'recreate' || (event === 'leave' && this.there[at])) {
      this.incarnation[at]!++;
      for (const [label, each] of this.peers[at]!) {
        this.peers[at]!.set(label, { ...each, ...FORGOTTEN, endpoint: undefined });
      }
    }
  }

  befall(at: number, label: string, event: PeerEvent, now: number): void {
    const peers = this.peers[at]!;
    const before = peers.get(label);
    if (event.kind === 'join' && before === undefined) {
      peers.set(label, peer(label, { allowedIPs: [`10.0.0.${label.codePointAt(0)}/32`], endpoint: undefined }));
    }
    if (before === undefined) return;
    if (event.kind === 'leave') peers.delete(label);
    if (event.kind === 'addresses') {
      const allowedIPs = event.slots.map((slot) => `10.0.0.${slot}/32`);
      // WireGuard takes them from whoever has them.
      for (const [other, each] of peers) {
        const kept = each.allowedIPs.filter((prefix) => !allowedIPs.includes(prefix));
        if (kept.length < each.allowedIPs.length) peers.set(other, { ...each, allowedIPs: kept });
      }
      peers.set(label, { ...peers.get(label)!, allowedIPs });
    }
    const changed = fieldsAfter(event, before, now);
    if (changed !== undefined) peers.set(label, { ...before, ...changed });
  }

  device(at: number): Device {
    return device([...this.peers[at]!.values()], {
      name: DEVICES[at]!,
      publicKey: this.key[at],
      listenPort: this.port[at],
      incarnation: String(this.incarnation[at]),
      up: this.up[at],
    });
  }
}

const FORGOTTEN = { receiveBytes: 0, transmitBytes: 0, lastHandshakeTime: undefined };

function fieldsAfter(event: PeerEvent, before: Peer, now: number): Partial<Peer> | undefined {
  switch (event.kind) {
    case 'handshake':
      return {
        lastHandshakeTime: now - 3000,
        receiveBytes: before.receiveBytes + 180,
        transmitBytes: before.transmitBytes + 148,
      };
    case 'traffic':
      return {
        receiveBytes: before.receiveBytes + event.bytes,
        transmitBytes: before.transmitBytes + event.sent,
      };
    case 'reset':
      return FORGOTTEN;
    case 'forget':
      return { endpoint: undefined };
    case 'keepalive':
      return { persistentKeepaliveInterval: before.persistentKeepaliveInterval === undefined ? 25 : undefined };
    case 'preshared':
      return { hasPresharedKey: !before.hasPresharedKey };
    case 'roam':
      return { endpoint: `192.0.2.${event.host}:${event.port}` };
    case 'none':
    case 'leave':
    case 'join':
    case 'addresses':
      return undefined;
  }
}

function play(stages: readonly Stage[]): Scene[] {
  const world = new World();
  let seconds = 0;
  let clock = 0;
  return stages.map((each, index) => {
    seconds += each.seconds;
    clock += index === 0 ? 0 : each.clock;
    const now = EPOCH + (seconds + clock) * 1000;
    const hidden = new Set<string>();
    let renamed = false;
    for (const [at, { event, peers }] of each.devices.entries()) {
      if (event === 'hide' && index > 0) hidden.add(DEVICES[at]!);
      if (event === 'rename') renamed = true;
      world.apply(at, event);
      for (const [slot, label] of PEERS.entries()) world.befall(at, label, peers[slot]!, now);
    }
    const present = DEVICES.filter((_, at) => world.there[at]);
    const devices = DEVICES.flatMap((name, at) => (world.there[at] && !hidden.has(name) ? [world.device(at)] : []));
    const failures = [...hidden].map((name) => ({
      source: 'test',
      device: name,
      code: 'TIMEOUT' as const,
      message: 'not readable',
    }));
    return {
      snapshot: { ...snapshot(seconds, devices, { failures }), takenAt: now },
      present: new Set(present),
      hidden,
      names: renamed ? (publicKey: string) => (publicKey < 'V' ? `name${index % 2}` : undefined) : undefined,
    };
  });
}
