import { Heartbeat, MetricsPipeline } from '@wgotel/agent';
import { MetricView, Tracker, type Peer } from '@wgotel/core';
import { decodeMetrics } from '../support/otlp.js';
import { advance, device, EPOCH, peer, snapshot } from '../support/snapshots.js';

export const INTERVAL = 15;
const SCRAPES = 600;

/** What a peer receives up to each scrape, by pattern. Chance has no part in it. */
const PATTERNS: Readonly<Record<string, (scrape: number) => number>> = {
  idle: () => 700,
  steady: (n) => 1000 * n,
  periodic: (n) => 5000 * Math.floor(n / 20),
  once: (n) => (n < 333 ? 100 : 50_100),
  bursts: (n) => 9000 * (Math.floor(n / 97) * 4 + Math.min(n % 97, 4)),
  reset: (n) => (n < 281 ? 2000 * n : 300 * Math.floor((n - 281) / 60)),
};

/** Several peers of each, as the instants at which their turns come are their own. */
const LABELS = Object.keys(PATTERNS).flatMap((pattern) => ['a', 'b', 'c'].map((name) => `${pattern} ${name}`));

/** A series of received bytes. */
export interface Traffic {
  readonly pattern: string;
  readonly id: string;
  /** By time in seconds. */
  readonly samples: ReadonlyMap<number, number>;
  /** When a series of the peer is sent that never changes: at its turns. */
  readonly turns: ReadonlySet<number>;
}

/** What a server is sent of each peer, in the order it comes.
 *
 *  @param length of the heartbeat in seconds; `undefined`: everything is sent */
export async function trafficWith(length: number | undefined): Promise<Traffic[]> {
  const names = new Map<string, string>(LABELS.map((label) => [peer(label).publicKey, label]));
  const tracker = new Tracker({
    collectionInterval: INTERVAL * 1000,
    peerLimit: Infinity,
    names: (publicKey) => names.get(publicKey),
  });
  const series = new Map<string, { id: string; samples: Map<number, number>; turns: Set<number> }>();
  const take = (bytes: Buffer): void => {
    for (const { metric, attributes, time, value } of decodeMetrics(bytes)) {
      const [name, id] = [String(attributes['wireguard.peer.name']), String(attributes['wireguard.peer.id'])];
      const seconds = Number(time) / 1e9;
      const isBytes = metric === 'wireguard.peer.io' && attributes['network.io.direction'] === 'receive';
      if (!isBytes && metric !== 'wireguard.peer.handshakes') continue;
      const { samples, turns } = series.get(name) ?? { samples: new Map<number, number>(), turns: new Set<number>() };
      series.set(name, { id, samples, turns });
      if (!isBytes) {
        turns.add(seconds);
        continue;
      }
      // As a server does, which takes no sample that is older than another.
      if (seconds <= Math.max(...samples.keys(), 0)) throw new Error(`${name}: ${seconds} comes too late`);
      samples.set(seconds, Number(value.split(' ')[1]));
    }
  };
  const heartbeat = length === undefined ? undefined : new Heartbeat(length * 1000, EPOCH);
  const taker = {
    enqueue: ({ bytes, release }: { bytes: Buffer; release: () => void }): Promise<void> => {
      take(bytes);
      release();
      return Promise.resolve();
    },
  };
  const pipeline = new MetricsPipeline({}, taker, new MetricView(), heartbeat);
  for (let n = 0; n < SCRAPES; n++) {
    const peers = LABELS.map((label): Peer => peer(label, { receiveBytes: PATTERNS[label.split(' ')[0]!]!(n) }));
    await pipeline.push(advance(tracker, snapshot(n * INTERVAL, [device(peers)])));
  }
  return [...series].map(([name, traffic]) => ({ pattern: name.split(' ')[0]!, ...traffic }));
}
