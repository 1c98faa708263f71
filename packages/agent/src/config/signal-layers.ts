import { bySignal, SIGNALS, type BySignal } from '../signal.js';
import { Checker } from './checker.js';
import { keysOf } from './components.js';
import { readEnvironment, type Environment, type EnvironmentLayer } from './environment.js';
import type { Expansion } from './expand.js';
import { isPage } from './exporters.js';
import type { ConfigFile } from './file.js';
import { readFlags, type Flags } from './flags.js';
import type { Problems } from './problems.js';
import { getIn, isTree, overlay, type Tree } from './tree.js';

/** All that is said of one signal, put together. Beside exporters it is the same for each. */
export interface SignalLayers {
  readonly tree: Tree;
  readonly checker: Checker;
}

/** What the layers are made of. */
export interface LayerInputs {
  readonly flags: Flags;
  readonly env: Environment;
  /** What stands in the file. */
  readonly written: Tree;
  readonly file: ConfigFile | undefined;
  readonly expansions: readonly Expansion[];
  readonly problems: Problems;
  /** The id in the file of an exporter without a name. */
  readonly idOf: (exporter: string) => string;
}

/** Lays flags over the environment over the file, for each signal: the environment may send them different ways.
 *
 *  @param warn told of variables that are not used */
export function layersOf(inputs: LayerInputs, warn: (warning: string) => void): BySignal<SignalLayers> {
  const { flags, env, written, problems, idOf } = inputs;
  const environments = bySignal((signal) => readEnvironment(env, signal, idOf, problems));
  // A page that waits to be asked says nothing of where to send.
  const inFile = keysOf(written['exporters']).filter((id) => !isPage(id));
  const unused = new Map<string, Set<string>>();
  const isReached = SIGNALS.some((signal) => environments[signal].hasEndpoint);
  const layers = bySignal((signal) => {
    const environment = environments[signal];
    const { exporter } = environment;
    const receivers = keysOf(written['receivers']);
    const ofFlags = readFlags(flags, receivers.length > 0 ? receivers : ['wireguard'], exporter);
    if (inFile.length > 0 && !inFile.includes(exporter)) {
      const why = `the file has exporters, and none of them is ${exporter}`;
      if (ofFlags.tree['exporters'] !== undefined) problems.add('--endpoint', why);
      for (const name of dropExporter(environment)) unused.set(why, (unused.get(why) ?? new Set()).add(name));
      delete ofFlags.tree['exporters'];
    } else if (inFile.length === 0 && !environment.hasEndpoint && flags.endpoint === undefined && isReached) {
      // Only other signals have somewhere to go.
      dropExporter(environment);
    }
    const tree = overlay(overlay(written, environment.tree), ofFlags.tree) as Tree;
    if (keysOf(tree['receivers']).length === 0) tree['receivers'] = { wireguard: {} };
    const section = getIn(tree, ['exporters', exporter]);
    // What is said for all wins over a lower layer's address for one.
    if (flags.endpoint !== undefined && isTree(section)) delete section[`${signal}_endpoint`];
    return { tree, checker: new Checker(problems, inputs.file, [ofFlags, environment], inputs.expansions) };
  });
  for (const [why, names] of unused) warn(`${[...names].join(', ')}: not used, as ${why}`);
  return layers;
}

/** Takes out what a layer says of its exporter. Returns the variables that said it. */
function dropExporter({ tree, origins }: EnvironmentLayer): string[] {
  delete tree['exporters'];
  return [...origins.values()].filter((name) => name.includes('_OTLP_'));
}
