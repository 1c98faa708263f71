import { execa } from 'execa';
import { repositoryPath } from '../../support/repository.js';
import type { outputStages } from './outputs.js';
import type { receiverStages } from './receiver.js';
import type { scrapeStages } from './scrape.js';
import type { Rounds, StageCost } from './stage.js';
import type { wgShowStages } from './wg-show.js';

type Stages = typeof scrapeStages | typeof wgShowStages | typeof receiverStages | typeof outputStages;
/** `keyof` of each. */
type KeyOf<T> = T extends unknown ? keyof T : never;
export type StageName = KeyOf<ReturnType<Stages>>;

/** Which stages are measured, in this order, and how. */
export interface Plan extends Rounds {
  /** Where the simulated device is, and files may be. */
  readonly directory: string;
  readonly stages: readonly StageName[];
  /** Whether each round begins with nothing known. Absent: no. */
  readonly forgets?: boolean;
}

/** How stages are measured for figures. */
export const ROUNDS: Rounds = { warmUp: 12, runs: 9, pause: 100 };

export interface Staged<Name extends StageName = StageName> {
  readonly costs: Readonly<Record<Name, StageCost>>;
  /** Of one scrape, all metrics. */
  readonly points: number;
  /** OTLP requests of one scrape. */
  readonly requests: number;
  /** The share of peers, and of the views of them, that were other objects than a round before, on average: those of which
   *  something has changed. */
  readonly peersMade: number;
  readonly viewsMade: number;
}

/** Measures stages in a process of its own. */
export async function measureInProcess<Name extends StageName>(
  plan: Plan & { readonly stages: readonly Name[] },
): Promise<Staged<Name>> {
  // Collecting garbage before each stage must not make V8 forget the code of the others.
  const node = ['--expose-gc', '--no-flush-bytecode'];
  const args = [...node, repositoryPath('build/test/bench/stages/main.js'), JSON.stringify(plan)];
  return JSON.parse((await execa(process.execPath, args)).stdout) as Staged<Name>;
}
