/**
 * Measures what a heartbeat saves and costs on a device of which 5 % of the peers are in use, in a process of its own:
 *   node --expose-gc --no-flush-bytecode heartbeat.js PEERS INTERVAL HEARTBEAT
 * with times in seconds (no heartbeat: 0), and prints a JSON line: medians of CPU in milliseconds, user and system; sizes in
 * bytes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Heartbeat, MetricsEncoder } from '@wgotel/agent';
import { MetricView, runAtOnce, SOURCES, Tracker, visitPoints, type Reading, type Walk } from '@wgotel/core';
import { peakMemoryOf } from '../support/process-cost.js';
import { startProcess, until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { ROUNDS } from './stages/plan.js';
import { median } from './stages/stage.js';

export interface HeartbeatCost {
  /** Reading, parsing and tracking. */
  readonly track: number;
  /** Walking what is to be sent, and encoding it. */
  readonly encode: number;
  /** Mean of a scrape, before compression. */
  readonly bytes: number;
  /** The most that was held from one scrape to the next, garbage collected. */
  readonly held: number;
  /** The largest resident set. */
  readonly rss: number;
}

type RunCost = Omit<HeartbeatCost, 'rss'>;

const WARM_UP = ROUNDS.warmUp;
/** So many that every peer's turn comes in them, with a heartbeat of up to 16 intervals. */
const RUNS = 16;
const EPOCH = 1_795_000_000_000;

const [peers, interval, length] = process.argv.slice(2).map(Number) as [number, number, number];
const directory = await mkdtemp(join(tmpdir(), 'wgotel-bench-'));
const device = startProcess(
  process.execPath,
  [repositoryPath('build/test/bench/idle-device.js'), join(directory, 'wg0.sock'), peers, interval].map(String),
);
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
  const view = new MetricView();
  const heartbeat = new Heartbeat(length * 1000, EPOCH);
  const walk: Walk = length === 0 ? visitPoints : (...args) => heartbeat.visit(...args);
  const { signal } = new AbortController();
  let bytes = 0;
  const encoder = new MetricsEncoder({ 'service.name': 'bench' }, (request) => {
    bytes += request.bytes.length;
    request.release();
  });
  const runs: RunCost[] = [];
  let previous: Reading | undefined;
  for (let run = 0; run < WARM_UP + RUNS; run++) {
    // Not between the stages: after a collection nothing is in the processor's cache.
    global.gc!();
    const held = memoryInUse();
    await delay(100);
    bytes = 0;
    const begun = process.cpuUsage();
    const { devices, failures, notes } = (previous = await source.read({ signal, previous }));
    const monotonicTime = run * interval * 1000;
    const snapshot = { devices, failures, notes, takenAt: EPOCH + monotonicTime, monotonicTime };
    const frame = runAtOnce(tracker.advance(snapshot));
    const track = millisOf(process.cpuUsage(begun));
    runAtOnce(view.visit(frame, monotonicTime, encoder, walk));
    encoder.end();
    runs.push({ track, encode: millisOf(process.cpuUsage(begun)) - track, bytes, held });
  }
  const counted = runs.slice(WARM_UP);
  return {
    track: median(counted.map(({ track }) => track)),
    encode: median(counted.map(({ encode }) => encode)),
    bytes: counted.reduce((sum, each) => sum + each.bytes, 0) / RUNS,
    held: Math.max(...counted.map((each) => each.held)),
    rss: peakMemoryOf(process.pid),
  };
}

function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function millisOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
