import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlwaysOnSampler, BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { SessionIdGenerator, WireGuardReceiver, type EventRecord, type Frame, type PeerView } from '@wgotel/core';
import { Simulator, type Mix } from '@wgotel/simulator';

export interface Scenario {
  readonly peers: number;
  readonly mix: Mix;
  /** Simulated, in seconds. */
  readonly duration: number;
  /** How long the device has existed when it is first read, in seconds. */
  readonly age: number;
  readonly seed?: number;
  /** Called after each simulated hour. */
  readonly progress?: (hours: number) => void;
}

export interface Outcome {
  readonly scrapes: number;
  /** Log records, by the name of the event. */
  readonly records: Readonly<Record<string, number>>;
  readonly mostRecordsOfAScrape: number;
  /** Spans, by name. */
  readonly spans: Readonly<Record<string, number>>;
  readonly spanEvents: number;
  /** Links to spans that were not written before. */
  readonly danglingLinks: number;
  /** Handshakes and endpoint changes as the tracker counts them, and as counted here from one frame to the next. */
  readonly counted: { readonly handshakes: number; readonly endpointChanges: number };
  readonly truth: { readonly handshakes: number; readonly endpointChanges: number };
  /** Memory after a collection of garbage, after the first and the last quarter, in MB. */
  readonly heap: { readonly early: number; readonly late: number };
  readonly longestScrape: number;
}

const INTERVAL = 15;
const MB = 2 ** 20;

/** Lets a receiver follow a crowd of peers in simulated time, over a real socket, with events and session spans as the agent
 *  has them, and counts what comes of it. */
export async function simulate({ peers, mix, duration, age, seed = 1, progress }: Scenario): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'wgotel-scale-'));
  const simulator = new Simulator({ directory, time: 'virtual', seed });
  simulator.addDevice({ name: 'wg0', peers, mix, age: age * 1000 });
  await simulator.start();
  const tally = new Tally();
  const idGenerator = new SessionIdGenerator();
  const receiver = new WireGuardReceiver({
    source: 'uapi',
    sourceOptions: { directory },
    collectionInterval: INTERVAL * 1000,
    meterProvider: false,
    peerLimit: Infinity,
    loggerProvider: { getLogger: () => ({ emit: (record) => tally.record(record) }) },
    tracerProvider: new BasicTracerProvider({
      idGenerator,
      sampler: new AlwaysOnSampler(),
      spanProcessors: [tally],
    }),
    sessions: { idGenerator },
    clock: { now: () => simulator.now(), monotonic: () => simulator.now() },
  });
  try {
    receiver.start();
    const scrapes = Math.ceil(duration / INTERVAL);
    const heap: number[] = [];
    for (let scrape = 0; scrape < scrapes; scrape++) {
      const begun = performance.now();
      tally.frame(await receiver.scrape());
      tally.longestScrape = Math.max(tally.longestScrape, performance.now() - begun);
      await simulator.advance(INTERVAL * 1000);
      if (scrape === Math.floor(scrapes / 4) || scrape === scrapes - 1) heap.push(collectedHeap());
      if ((scrape + 1) % (3600 / INTERVAL) === 0) progress?.(((scrape + 1) * INTERVAL) / 3600);
    }
    return tally.outcome(receiver.frame!, scrapes, { early: heap[0]!, late: heap.at(-1)! });
  } finally {
    await receiver.shutdown();
    await simulator.close();
    await rm(directory, { recursive: true });
  }
}

/** Memory in use, in MB; after a collection of garbage where Node was started with `--expose-gc`. */
function collectedHeap(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MB;
}

/** Counts, and keeps no record or span. */
class Tally {
  longestScrape = 0;
  readonly #records: Record<string, number> = {};
  readonly #spans: Record<string, number> = {};
  #spanEvents = 0;
  #recordsOfScrape = 0;
  #mostRecords = 0;
  /** The last span of each peer: links lead from a session to the one before, which was written first. */
  readonly #last = new Map<unknown, string>();
  #danglingLinks = 0;
  readonly #truth = { handshakes: 0, endpointChanges: 0 };
  #before: Map<string, PeerView> | undefined;

  record({ eventName }: EventRecord): void {
    this.#records[eventName] = (this.#records[eventName] ?? 0) + 1;
    this.#recordsOfScrape++;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    const { name, events, links, attributes } = span;
    this.#spans[name] = (this.#spans[name] ?? 0) + 1;
    this.#spanEvents += events.length;
    const peer = attributes['wireguard.peer.id'];
    const last = this.#last.get(peer);
    this.#danglingLinks += links.filter(({ context }) => context.spanId !== last).length;
    if (peer !== undefined) this.#last.set(peer, span.spanContext().spanId);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** Compares each peer with how it was in the frame before. */
  frame({ devices }: Frame): void {
    this.#mostRecords = Math.max(this.#mostRecords, this.#recordsOfScrape);
    this.#recordsOfScrape = 0;
    const now = new Map(devices.flatMap(({ peers }) => peers.map((view) => [view.peer.publicKey, view] as const)));
    for (const [key, { peer }] of this.#before === undefined ? [] : now) {
      const before = this.#before?.get(key)?.peer;
      if (before === undefined || before === peer) continue;
      if (isNew(peer.lastHandshakeTime, before.lastHandshakeTime)) this.#truth.handshakes++;
      if (isNew(peer.endpoint, before.endpoint)) this.#truth.endpointChanges++;
    }
    this.#before = now;
  }

  outcome({ devices }: Frame, scrapes: number, heap: Outcome['heap']): Outcome {
    const totals = devices.flatMap(({ peers }) => peers.map((view) => view.totals));
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
    return {
      scrapes,
      records: this.#records,
      mostRecordsOfAScrape: this.#mostRecords,
      spans: this.#spans,
      spanEvents: this.#spanEvents,
      danglingLinks: this.#danglingLinks,
      counted: {
        handshakes: sum(totals.map(({ handshakes }) => handshakes)),
        endpointChanges: sum(totals.flatMap(({ endpointChanges }) => Object.values(endpointChanges))),
      },
      truth: this.#truth,
      heap,
      longestScrape: this.longestScrape,
    };
  }
}

/** Whether there is something, and it is another than before. */
function isNew(now: unknown, before: unknown): boolean {
  return now !== undefined && now !== before;
}
