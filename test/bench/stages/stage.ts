import { setTimeout as delay } from 'node:timers/promises';

/** A piece of a scrape's work that is measured apart from the others. */
export interface Stage {
  /** Does what has to be done before, and is not measured. */
  prepare?(): unknown;
  /** Returns how many bytes it has read or made. */
  run(): number | Promise<number>;
}

/** What a stage costs, in milliseconds of CPU, user and system, of this process with all its threads. */
export interface StageCost {
  readonly median: number;
  /** The least of all runs: whatever else the machine does can only add. */
  readonly least: number;
  /** Read or made in the last run. */
  readonly bytes: number;
}

export interface Rounds {
  /** An agent runs for weeks: what counts is code that the compiler has seen to. */
  readonly warmUp: number;
  readonly runs: number;
  /** After collecting garbage before each stage, in milliseconds: that of one is not to be collected in the next, nor beside it.
   *  Absent: it is collected whenever it is, which the least of many runs is free of. */
  readonly pause?: number;
}

/** Runs all stages in turns, round after round, so that what else the machine does is the same for all.
 *
 *  @param ended is called after each round */
export async function measureStages(
  stages: Readonly<Record<string, Stage>>,
  { warmUp, runs, pause }: Rounds,
  ended: () => void = () => undefined,
): Promise<Record<string, StageCost>> {
  const samples = Object.keys(stages).map((name) => ({ name, cpu: [] as number[], bytes: 0 }));
  for (let round = 0; round < warmUp + runs; round++) {
    for (const sample of samples) {
      const stage = stages[sample.name]!;
      await stage.prepare?.();
      if (pause !== undefined) {
        global.gc!();
        await delay(pause);
      }
      const before = process.cpuUsage();
      sample.bytes = await stage.run();
      const { user, system } = process.cpuUsage(before);
      if (round >= warmUp) sample.cpu.push((user + system) / 1000);
    }
    ended();
  }
  return Object.fromEntries(samples.map(({ name, cpu, bytes }) => [name, { ...summary(cpu), bytes }]));
}

function summary(values: readonly number[]): Pick<StageCost, 'median' | 'least'> {
  return { median: median(values), least: Math.min(...values) };
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
