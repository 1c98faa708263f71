import { SIGNALS } from '../signal.js';
import { keysOf, readComponents, type Schemas } from './components.js';
import type { Configuration, ReceiverConfig } from './configuration.js';
import { signalsOff, type Environment } from './environment.js';
import { expand } from './expand.js';
import { checkPlaces, defaultPage, readExporters, renamedExporters, withPages } from './exporters.js';
import { parseFile, type ConfigFile } from './file.js';
import { readExtensions } from './extensions.js';
import type { Flags } from './flags.js';
import { remarkOnIdentities } from './identity-remarks.js';
import { unknownKey } from './issues.js';
import { checkLines, checkPrivacy } from './page-privacy.js';
import { Problems } from './problems.js';
import type { ReadFile } from './read-file.js';
import { receiver } from './schema/receiver.js';
import { telemetry } from './schema/service.js';
import { IN_A_COLLECTOR, readPipelines } from './service.js';
import { layersOf } from './signal-layers.js';
import { Storages } from './storage.js';
import { getIn, isTree, pathText, type Path, type Tree } from './tree.js';

/** Everything a configuration is made of. */
export interface ConfigurationInputs {
  readonly flags: Flags;
  readonly env: Environment;
  /** What stands in the file. `undefined`: there is none. */
  readonly file: { readonly name: string; readonly text: string } | undefined;
  /** Reads what `${file:PATH}` names. */
  readonly readFile: ReadFile;
}

const RECEIVERS: Schemas<ReceiverConfig> = { wireguard: receiver };
const SECTIONS: Readonly<Record<string, readonly string[] | undefined>> = {
  receivers: undefined,
  exporters: undefined,
  extensions: undefined,
  service: ['extensions', 'telemetry', 'pipelines'],
};

/** Puts flags, environment, file and defaults together, in this order.
 *
 *  @throws {ConfigError} with everything that is wrong */
export function readConfiguration({ flags, env, file: given, readFile }: ConfigurationInputs): Configuration {
  const problems = new Problems();
  const file = given && parseFile(given.name, given.text, (position, problem) => problems.add(position, problem));
  problems.throwIfAny();
  const { tree: expanded, expansions } = expand(file?.tree ?? {}, env, readFile, (path, problem) => {
    problems.add(`${file!.positionOf(path)} ${pathText(path)}`, problem);
  });
  const written = checkSections(expanded, file, problems);
  const renamed = renamedExporters(keysOf(written['exporters']));
  const idOf = (used: string): string => [...renamed].find(([, now]) => now === used)?.[0] ?? used;

  const warnings = new Set<string>();
  const warn = (warning: string): void => void warnings.add(warning);
  const layers = layersOf({ flags, env, written, file, expansions, problems, idOf }, warn);
  const { tree, checker } = layers.metrics;
  for (const [id, now] of renamed)
    checker.warn(['exporters', id], `${id.split('/', 1)[0]} is deprecated: use ${now.split('/', 1)[0]}`);
  const receivers = readComponents('receivers', tree, new Map(), RECEIVERS, checker);
  remarkOnIdentities(receivers, tree, expansions, checker);
  const named = keysOf(written['exporters']).length > 0;
  const sections = { ...readExporters(layers, renamed), ...(!named && defaultPage()) };
  const off = signalsOff(env, warn);
  const isThere = (key: 'receivers' | 'exporters', id: string): boolean =>
    SIGNALS.some((signal) => getIn(layers[signal].tree, [key, id]) !== undefined);
  const pipelines = readPipelines(tree, { receivers, exporters: sections, off, renamed, isThere }, checker);
  const routes = withPages(sections, pipelines);
  checkPlaces(routes, checker);
  checkPrivacy({ ...routes, receivers }, checker);
  checkLines({ ...routes, receivers }, checker);
  const { storages: folders, ...listeners } = readExtensions(tree, checker);
  const storages = new Storages(folders, checker);
  const components = {
    ...routes,
    receivers: storages.ofReceivers(receivers),
    exporters: storages.ofExporters(routes.exporters, idOf),
  };
  const path = ['service', 'telemetry'];
  const ofTelemetry = checker.check(telemetry, getIn(tree, path) ?? {}, path);
  problems.throwIfAny();
  for (const signal of SIGNALS) layers[signal].checker.warnings.forEach(warn);
  return { ...components, ...listeners, telemetry: ofTelemetry!, warnings: [...warnings] };
}

/** Takes out what is no section, and says so. */
function checkSections(tree: Tree, file: ConfigFile | undefined, problems: Problems): Tree {
  const kept: Tree = {};
  const wrong = (path: Path, message: string): void =>
    problems.add(`${file!.positionOfKey(path)} ${pathText(path)}`, message);
  for (const [key, value] of Object.entries(tree)) {
    if (key === 'processors' || key === 'connectors') wrong([key], IN_A_COLLECTOR);
    else if (!Object.hasOwn(SECTIONS, key)) wrong([key], unknownKey(key, Object.keys(SECTIONS)));
    else if (value !== null && !isTree(value)) problems.add(`${file!.positionOf([key])} ${key}`, 'expected a map');
    else if (value !== null) kept[key] = value;
  }
  for (const [section, known] of Object.entries(SECTIONS)) {
    if (known === undefined) continue;
    for (const key of keysOf(kept[section])) {
      if (!known.includes(key)) wrong([section, key], unknownKey(key, known));
    }
  }
  return kept;
}
