import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Agent, Logger, readConfiguration, type Configuration } from '@wgotel/agent';
import type { Frame } from '@wgotel/core';
import { World } from './world.js';

/** Between two scrapes. */
const INTERVAL = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MB = 2 ** 20;

export interface SoakOptions {
  /** Virtual. */
  readonly days: number;
  /** Of the largest device; there are some dozens more on others. */
  readonly peers: number;
  /** Virtual milliseconds between two measurements. */
  readonly every: number;
  /** Whether the changes of each frame are kept, and a file stays open now and then: to show that it is found. */
  readonly leaks?: boolean;
  /** Called with each measurement. */
  readonly progress?: (sample: Sample) => void;
}

/** What the process holds at a moment, after a collection of garbage. */
export interface Sample {
  /** Virtual, since the beginning. */
  readonly days: number;
  /** Heap and memory outside of it, in MB. */
  readonly memory: number;
  /** The whole process, in MB. */
  readonly resident: number;
  /** Open file descriptors, and what else keeps the event loop busy. */
  readonly handles: number;
}

export interface SoakOutcome {
  readonly samples: readonly Sample[];
  readonly scrapes: number;
  readonly reloads: number;
  /** By type. */
  readonly changes: Readonly<Record<string, number>>;
  /** Requests that the server took, and bytes of them. */
  readonly requests: number;
  readonly bytes: number;
  /** Items that were not delivered. */
  readonly dropped: number;
}

/** Lets a whole agent run for days of virtual time in this process, from sockets of devices that change all the time to a server that takes
 *  all it is sent, with reloads in between, and measures what it holds. */
export async function soak({ days, peers, every, leaks = false, progress }: SoakOptions): Promise<SoakOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'wgotel-soak-'));
  const world = new World(join(folder, 'uapi'), peers);
  const taken = { requests: 0, bytes: 0 };
  const sink = await startSink(taken);
  const clock = { now: () => world.now(), monotonic: () => world.now() };
  const configurations = [false, true].map((other) => configure(folder, sink, other));
  const agent = new Agent(configurations[0]!, new Logger({ level: 'error' }), clock);
  const changes: Record<string, number> = {};
  const kept: unknown[] = [];
  const samples: Sample[] = [];
  const scrapes = Math.round((days * DAY) / INTERVAL);
  let reloads = 0;
  let last: Frame | undefined;
  try {
    await world.start();
    await agent.start();
    for (let scrape = 1; scrape <= scrapes; scrape++) {
      for (const { receiver } of agent.scrapers.values()) last = await receiver.scrape();
      for (const { type } of last!.changes) changes[type] = (changes[type] ?? 0) + 1;
      if (leaks) kept.push(last!.changes, ...(scrape % 10 === 0 ? [openSync('/dev/null', 'r')] : []));
      await delivered(agent);
      await world.advance(INTERVAL);
      const elapsed = scrape * INTERVAL;
      if (elapsed % HOUR === 0) await agent.reload(configurations[++reloads % 3 === 0 ? 0 : 1]!);
      if (elapsed % every === 0) {
        samples.push(await measure(elapsed / DAY));
        progress?.(samples.at(-1)!);
      }
    }
    return { samples, scrapes, reloads, changes, ...taken, dropped: droppedBy(agent) };
  } finally {
    for (const handle of kept) if (typeof handle === 'number') closeSync(handle);
    await agent.shutdown();
    await world.close();
    sink.closeAllConnections();
    sink.close();
    rmSync(folder, { recursive: true });
  }
}

/** @param other whether the receiver and the exporter are to be others than without, so that a reload makes them anew */
function configure(folder: string, sink: Server, other: boolean): Configuration {
  const { port } = sink.address() as AddressInfo;
  // The loop is driven from outside, by the virtual clock.
  const text = `
receivers:
  wireguard:
    source: uapi
    directory: ${folder}/uapi
    collection_interval: ${INTERVAL / 1000}s
    initial_delay: 24h
    storage: file_storage
    peer_limit: ${other ? 60 : 10_000}
    sessions: { mode: all }
    events: { wireguard.peer.handshake: { enabled: true }, wireguard.peer.connected: { enabled: true } }
exporters:
  otlp_http: { endpoint: 'http://127.0.0.1:${port}', ${other ? 'compression: none, sending_queue: { storage: file_storage }' : 'compression: gzip'} }
extensions: { file_storage: { directory: ${folder}/state } }
service: { extensions: [file_storage], telemetry: { metrics: { level: none } } }`;
  const readFile = (): never => {
    throw new Error('no file is referred to');
  };
  return readConfiguration({ flags: {}, env: {}, file: { name: 'soak.yaml', text }, readFile });
}

/** Takes requests and forgets them. */
async function startSink(taken: { requests: number; bytes: number }): Promise<Server> {
  const server = createServer((request, response) => {
    taken.requests++;
    request.on('data', (chunk: Buffer) => (taken.bytes += chunk.length));
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Waits until nothing is queued: virtual time is faster than delivery. */
async function delivered(agent: Agent): Promise<void> {
  while ([...agent.senders].some(({ sender }) => sender.state.queuedBytes > 0)) await setImmediate();
}

function droppedBy({ senders }: Agent): number {
  const dropped = [...senders].flatMap(({ sender }) => Object.values(sender.deliveries.dropped));
  return dropped.reduce((sum, { items }) => sum + items, 0);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function measure(days: number): Promise<Sample> {
  // What ends in one turn of the event loop is let go of in the next ones.
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const handles = readdirSync('/proc/self/fd').length + process.getActiveResourcesInfo().length;
  return { days, memory: (heapUsed + external) / MB, resident: rss / MB, handles };
}
