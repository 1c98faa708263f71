/**
 * Measures the stages of one scrape apart from each other, in a process of its own:
 *   node --expose-gc --no-flush-bytecode stages.js DIRECTORY
 * reads the devices in DIRECTORY over and over and prints a JSON line of medians: CPU in milliseconds, user and system.
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { runAtOnce, SOURCES, Tracker, visitPoints, type Reading } from '@wgotel/core';
import { MetricsEncoder } from '@wgotel/agent';

export interface Stages {
  readonly replyBytes: number;
  readonly points: number;
  readonly requests: number;
  readonly requestBytes: number;
  /** Reading the same bytes and doing nothing with them. */
  readonly floor: number;
  /** `JSON.parse` of the same fields. */
  readonly json: number;
  readonly readAndParse: number;
  readonly track: number;
  readonly encode: number;
  readonly gzip: number;
}

/** An agent runs for weeks: what counts is code that the compiler has seen to. */
const WARM_UP = 12;
const RUNS = 9;

const directory = process.argv[2]!;
const source = SOURCES.uapi({ directory });
const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: Infinity });
const signal = new AbortController().signal;
let requests: Buffer[] = [];
let points = 0;
const encoder = new MetricsEncoder({ 'service.name': 'bench' }, (request) => {
  requests.push(Buffer.from(request.bytes));
  request.release();
  points += request.items;
});

const runs: Record<keyof Stages, number>[] = [];
let previous: Reading | undefined;
for (let run = 0; run < WARM_UP + RUNS; run++) {
  requests = [];
  points = 0;
  const floor = await cpuOf(() => readAndDiscard(join(directory, 'wg0.sock')));
  const read = await cpuOf(() => source.read({ signal, previous }));
  previous = read.result;
  const text = JSON.stringify(previous.devices);
  const json = await cpuOf(() => JSON.parse(text) as unknown);
  const { devices, failures, notes } = previous;
  const snapshot = { devices, failures, notes, takenAt: Date.now(), monotonicTime: performance.now() };
  const track = await cpuOf(() => runAtOnce(tracker.advance(snapshot)));
  const encode = await cpuOf(() => {
    runAtOnce(visitPoints(track.result, track.result.monotonicTime, encoder));
    encoder.end();
  });
  const gzip = await cpuOf(() => requests.forEach((bytes) => gzipSync(bytes)));
  runs.push({
    replyBytes: floor.result,
    points,
    requests: requests.length,
    requestBytes: requests.reduce((sum, { length }) => sum + length, 0),
    floor: floor.cpu,
    json: json.cpu,
    readAndParse: read.cpu,
    track: track.cpu,
    encode: encode.cpu,
    gzip: gzip.cpu,
  });
}
const measured = runs.slice(WARM_UP);
const medians = Object.keys(measured[0]!).map((key) => [key, median(measured.map((run) => run[key as keyof Stages]))]);
console.log(JSON.stringify(Object.fromEntries(medians)));

async function cpuOf<T>(work: () => T | Promise<T>): Promise<{ cpu: number; result: T }> {
  // The garbage of one stage is not to be collected in the next, nor beside it.
  global.gc!();
  await delay(100);
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, result };
}

/** The least that any reader must do. Returns the number of bytes. */
function readAndDiscard(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let total = 0;
    const buffer = Buffer.alloc(128 * 1024);
    const socket = connect({
      path,
      onread: {
        buffer,
        callback: (count) => {
          total += count;
          if (buffer[count - 1] === 10 && buffer[count - 2] === 10) socket.destroy();
          return true;
        },
      },
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(total));
    socket.write('get=1\n\n');
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
