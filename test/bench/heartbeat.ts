/**
 * Measures what a heartbeat saves and costs on a device of which 5 % of the peers are in use, in a process of its own:
 *   node --expose-gc --no-flush-bytecode heartbeat.js PEERS INTERVAL HEARTBEAT...
 * with times in seconds, and prints a JSON line: medians of CPU in milliseconds, user and system, and means of bytes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Heartbeat, MetricsEncoder } from '@wgotel/agent';
import { MetricView, runAtOnce, SOURCES, Tracker, type Frame, type Reading, type Walk } from '@wgotel/core';
import { startProcess, until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';

export interface HeartbeatCost {
  readonly peers: number;
  /** In seconds. */
  readonly interval: number;
  readonly readAndParse: number;
  readonly track: number;
  /** Everything, without a heartbeat. */
  readonly full: Encoded;
  readonly heartbeats: readonly (Encoded & { readonly heartbeat: number })[];
}

interface Encoded {
  readonly cpu: number;
  /** Of a scrape, before compression. */
  readonly bytes: number;
}

/** See `stages.ts`. */
const WARM_UP = 12;
/** So many that each peer's turn comes in them, whatever the heartbeat. */
const RUNS = 16;
const EPOCH = 1_795_000_000_000;

/** One way to walk frames, over and over. */
class Way {
  readonly #view = new MetricView();
  readonly #walk: Walk | undefined;
  readonly #encoder = new MetricsEncoder({ 'service.name': 'bench' }, (request) => {
    this.#bytes += request.bytes.length;
    request.release();
  });
  #bytes = 0;
  readonly runs: Encoded[] = [];

  constructor(walk?: Walk) {
    this.#walk = walk;
  }

  async push(frame: Frame): Promise<void> {
    this.#bytes = 0;
    const { cpu } = await cpuOf(() => {
      runAtOnce(this.#view.visit(frame, frame.monotonicTime, this.#encoder, this.#walk));
      this.#encoder.end();
    });
    this.runs.push({ cpu, bytes: this.#bytes });
  }

  get result(): Encoded {
    const runs = this.runs.slice(WARM_UP);
    return { cpu: median(runs.map(({ cpu }) => cpu)), bytes: runs.reduce((sum, { bytes }) => sum + bytes, 0) / RUNS };
  }
}

const [peers, interval, ...lengths] = process.argv.slice(2).map(Number) as [number, number, ...number[]];
const directory = await mkdtemp(join(tmpdir(), 'wgotel-bench-'));
const args = [repositoryPath('build/test/bench/idle-device.js'), join(directory, 'wg0.sock'), peers, interval].map(
  String,
);
const device = startProcess(process.execPath, args);
try {
  await until('the device listens', () => device.output().includes('listening'), { process: device });
  console.log(JSON.stringify(await measure()));
} finally {
  await device.stop();
  await rm(directory, { recursive: true });
}

async function measure(): Promise<HeartbeatCost> {
  const source = SOURCES.uapi({ directory });
  const tracker = new Tracker({ collectionInterval: interval * 1000, peerLimit: Infinity });
  const full = new Way();
  const ways = lengths.map((length) => {
    const heartbeat = new Heartbeat(length * 1000);
    return new Way((...given) => heartbeat.visit(...given));
  });
  const [reads, tracks]: [number[], number[]] = [[], []];
  let previous: Reading | undefined;
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    const read = await cpuOf(() => source.read({ signal: new AbortController().signal, previous }));
    const { devices, failures, notes } = (previous = read.result);
    const monotonicTime = run * interval * 1000;
    const snapshot = { devices, failures, notes, takenAt: EPOCH + monotonicTime, monotonicTime };
    const track = await cpuOf(() => runAtOnce(tracker.advance(snapshot)));
    for (const way of [full, ...ways]) await way.push(track.result);
    if (run < WARM_UP) continue;
    reads.push(read.cpu);
    tracks.push(track.cpu);
  }
  return {
    peers,
    interval,
    readAndParse: median(reads),
    track: median(tracks),
    full: full.result,
    heartbeats: ways.map((way, i) => ({ heartbeat: lengths[i]!, ...way.result })),
  };
}

async function cpuOf<T>(work: () => T | Promise<T>): Promise<{ cpu: number; result: T }> {
  // The garbage of one stage is not to be collected in the next, nor beside it.
  global.gc!();
  await delay(100);
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, result };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
