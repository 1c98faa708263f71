import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAgent } from '../support/agent.js';
import { startProcess, until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { shippedEnvironment } from '../support/shipped-flags.js';
import { withSimulator } from '../support/simulator-process.js';
import type { Probed } from './probe.js';
import { measureInProcess, ROUNDS, type Staged } from './stages/plan.js';

const STAGES = ['floor', 'read', 'json', 'track', 'encode', 'gzip'] as const;

export interface Measured extends Staged<(typeof STAGES)[number]> {
  readonly peers: number;
  /** CPU of one cycle of the real agent in milliseconds, user and system. */
  readonly cycle: number;
  readonly cycleWithGzip: number;
  readonly longestBlock: number;
  readonly longestBlockAtFirst: number;
  readonly rss: number;
}

const CYCLES = 12;
/** In milliseconds. Within half a minute V8 has compiled what runs often, and has given back what only the start needed. */
const WARM_UP = 45_000;

/** Measures a cycle at one number of peers, on simulated devices and in processes of their own. */
export async function measure(peers: number, say: (step: string) => void): Promise<Measured> {
  return withSimulator(peers, async (directory) => {
    const sink = startProcess(process.execPath, [repositoryPath('build/test/bench/sink.js')]);
    try {
      const port = await until('the sink listens', () => Number(sink.output().trim()) || undefined, { process: sink });
      say('stages');
      const staged = await measureInProcess({ directory, stages: STAGES, ...ROUNDS });
      say('the agent without gzip');
      const plain = await probe(peers, directory, port, 'none');
      say('the agent with gzip');
      const gzip = await probe(peers, directory, port, 'gzip');
      const { longestBlock, longestBlockAtFirst, rss } = gzip;
      const [cycle, cycleWithGzip] = [plain.cpu / CYCLES, gzip.cpu / CYCLES];
      return { peers, ...staged, cycle, cycleWithGzip, longestBlock, longestBlockAtFirst, rss };
    } finally {
      await sink.stop();
    }
  });
}

/** Runs the real agent over a few cycles. */
async function probe(peers: number, directory: string, port: number, compression: string): Promise<Probed> {
  // Long enough for a cycle to be over before the next.
  const interval = peers > 10_000 ? 4000 : 1000;
  const duration = CYCLES * interval;
  const result = join(directory, `${compression}.json`);
  const flags = ['--source', 'uapi', '--uapi-directory', directory, '--interval', `${interval}ms`];
  const env = {
    ...shippedEnvironment(),
    OTEL_EXPORTER_OTLP_COMPRESSION: compression,
    BENCH_WARM_UP: String(WARM_UP),
    BENCH_DURATION: String(duration),
    BENCH_RESULT: result,
  };
  const agent = startAgent(port, [...flags, '--peer-limit', '1000000'], {
    node: ['--import', repositoryPath('build/test/bench/probe.js')],
    env,
  });
  try {
    const text = await until('the probe', () => readFile(result, 'utf8').catch(() => undefined), {
      process: agent,
      timeoutMs: WARM_UP + 2 * duration + 30_000,
    });
    return JSON.parse(text) as Probed;
  } finally {
    await agent.stop();
  }
}
