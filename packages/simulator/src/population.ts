import type { Activity, Behaviour, Mix, Traits } from './behaviour.js';
import { activityOf, drawTraits } from './behaviour.js';
import { KEY_BYTES } from './keys.js';
import type { Random } from './random.js';
import type { PeerEntry, PeerState } from './render.js';
import { peerHead, peerTail } from './render.js';

/** A common mix: most peers in use, a few in trouble. */
export const DEFAULT_MIX: Mix = { steady: 70, idle: 20, roaming: 5, dead: 4, resetting: 1 };

/** When a device was created, in ms since the epoch; moves when it is re-created. */
export interface Lifetime {
  createdAt: number;
}

/** Makes `count` peers. The n-th has its own allowed IPs; keys are random bytes, as nobody holds the private ones. */
export function populate(count: number, mix: Mix, random: Random, lifetime: Lifetime): PeerEntry[] {
  const draw = drawer(mix);
  return Array.from({ length: count }, (_, index) => new PopulationPeer(index + 1, draw(random), random, lifetime));
}

class PopulationPeer implements PeerEntry {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly #lifetime: Lifetime;
  readonly #traits: Traits;
  readonly #activity: (traits: Traits, elapsed: number) => Activity;
  readonly #moves: (count: number) => string;
  readonly #endpoint: string | undefined;

  constructor(number: number, behaviour: Behaviour, random: Random, lifetime: Lifetime) {
    this.#lifetime = lifetime;
    this.#traits = drawTraits(behaviour, random);
    this.#activity = activityOf[behaviour];
    const address = random.integer(0x20000);
    const port = 1024 + random.integer(60_000);
    const portOnly = random.chance(0.3);
    this.#moves = (count) => (portOnly ? endpoint(address, port + count) : endpoint(address + count * 4099, port));
    // A peer that never came and is not sought has no endpoint.
    const unknown = behaviour === 'idle' && this.#traits.firstHandshake === Infinity;
    this.#endpoint = unknown ? undefined : this.#moves(0);
    this.head = peerHead(random.bytes(KEY_BYTES), random.chance(0.5) ? random.bytes(KEY_BYTES) : undefined);
    this.tail = peerTail(this.#traits.persistentKeepalive, allowedIPs(number));
  }

  state(now: number): PeerState {
    const { createdAt } = this.#lifetime;
    const { handshake, txBytes, rxBytes, moves } = this.#activity(this.#traits, now - createdAt);
    return {
      endpoint: moves === 0 ? this.#endpoint : this.#moves(moves),
      handshakeTime: handshake === undefined ? 0 : createdAt + handshake,
      txBytes,
      rxBytes,
    };
  }
}

function drawer(mix: Mix): (random: Random) => Behaviour {
  const weights = (Object.entries(mix) as [Behaviour, number][]).filter(([, weight]) => weight > 0);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  if (!(total > 0)) throw new RangeError('mix has no behaviour with a weight above 0: give one, such as { steady: 1 }');
  const [last] = weights.at(-1) as [Behaviour, number];
  return (random) => {
    let rest = random.between(0, total);
    const chosen = weights.find(([, weight]) => (rest -= weight) < 0);
    // Rounding may leave a rest after the last weight.
    return chosen?.[0] ?? last;
  };
}

// 198.18.0.0/15 is set aside for benchmarks, RFC 2544.
function endpoint(address: number, port: number): string {
  const within = address % 0x20000;
  return `198.${18 + (within >> 16)}.${(within >> 8) & 255}.${within & 255}:${1024 + (port % 64_512)}`;
}

function allowedIPs(number: number): string[] {
  const high = number >> 16;
  const groups = high === 0 ? [number] : [high, number & 0xffff];
  const suffix = groups.map((group) => group.toString(16)).join(':');
  return [`10.${high}.${(number >> 8) & 255}.${number & 255}/32`, `fd00:7767::${suffix}/128`];
}
