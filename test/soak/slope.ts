import type { Sample, SoakOutcome } from './soak.js';

/** How much more there is from virtual day to virtual day. */
export interface Slopes {
  /** In MB. */
  readonly memory: number;
  readonly handles: number;
}

/** Fits lines through the second half of the samples, by least squares: what is learned, compiled and filled up at first is no leak. */
export function slopesOf({ samples }: Pick<SoakOutcome, 'samples'>): Slopes {
  const half = samples.slice(Math.floor(samples.length / 2));
  return { memory: slope(half, ({ memory }) => memory), handles: slope(half, ({ handles }) => handles) };
}

function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const mean = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const time = mean(samples.map(({ days }) => days));
  const value = mean(samples.map(of));
  const above = samples.map((sample) => (sample.days - time) * (of(sample) - value));
  const below = samples.map(({ days }) => (days - time) ** 2);
  return mean(above) / mean(below);
}
