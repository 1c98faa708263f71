import { mutate, randomFrom } from './mutate.js';
import type { FuzzTarget } from './target.js';

/** Nothing of a few kilobytes may take longer to read, in milliseconds. */
const HANGS = 5000;

/** Feeds a target mutations of its corpus. Throws with the input that broke it. */
export async function fuzz(target: FuzzTarget, cases: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  for (let index = 0; index < cases; index++) {
    const input = mutate(target.corpus[random(target.corpus.length)]!, random);
    const shown = JSON.stringify(input.toString('latin1'));
    const begun = performance.now();
    try {
      await target.run(input);
    } catch (error) {
      throw new Error(`${target.name}, seed ${seed}, case ${index}: ${String(error)}\n${shown}`, { cause: error });
    }
    if (performance.now() - begun > HANGS)
      throw new Error(`${target.name}, seed ${seed}, case ${index} hangs\n${shown}`);
  }
}
