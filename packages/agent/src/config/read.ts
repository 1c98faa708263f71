import type { z } from 'zod';
import { Checker } from './checker.js';
import type { Configuration, ExporterConfig } from './configuration.js';
import { readEnvironment, type Environment } from './environment.js';
import { expand } from './expand.js';
import { withoutForeignKeys } from './exporter-section.js';
import { parseFile, type ConfigFile } from './file.js';
import { readFlags, type Flags } from './flags.js';
import { unknownKey } from './issues.js';
import type { Layer } from './layer.js';
import { Problems } from './problems.js';
import type { ReadFile } from './read-file.js';
import { otlpGrpc, otlpHttp } from './schema/exporter.js';
import { receiver } from './schema/receiver.js';
import { telemetry } from './schema/service.js';
import { ID, IN_A_COLLECTOR, readExtensions, readPipelines } from './service.js';
import { getIn, isTree, overlay, pathText, type Path, type Tree } from './tree.js';

/** Everything a configuration is made of. */
export interface ConfigurationInputs {
  readonly flags: Flags;
  readonly env: Environment;
  /** What stands in the file. `undefined`: there is none. */
  readonly file: { readonly name: string; readonly text: string } | undefined;
  /** Reads what `${file:PATH}` names. */
  readonly readFile: ReadFile;
}

const RECEIVERS: Readonly<Record<string, typeof receiver>> = { wireguard: receiver };
const EXPORTERS: Readonly<Record<string, z.ZodType<ExporterConfig>>> = { otlp_grpc: otlpGrpc, otlp_http: otlpHttp };
const OLD_NAMES: Readonly<Record<string, string>> = { otlp: 'otlp_grpc', otlphttp: 'otlp_http' };
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
  const renamed = renamedExporters(written);
  const idOf = (used: string): string => [...renamed].find(([, now]) => now === used)?.[0] ?? used;

  const environment = readEnvironment(env, idOf, problems);
  const ofFlags = readFlags(flags, keysOf(written['receivers'], ['wireguard']), environment.exporter);
  const unused = dropUnusedExporter(written, environment, ofFlags, problems);
  const tree = overlay(overlay(written, environment.tree), ofFlags.tree) as Tree;
  if (keysOf(tree['receivers'], []).length === 0) tree['receivers'] = { wireguard: {} };

  const checker = new Checker(problems, file, [ofFlags, environment], expansions);
  for (const [id, now] of renamed)
    checker.warn(['exporters', id], `${id.split('/', 1)[0]} is the old name of ${now.split('/', 1)[0]}`);
  const receivers = readComponents('receivers', tree, new Map(), RECEIVERS, checker);
  const exporters = readComponents('exporters', tree, renamed, EXPORTERS, checker);
  const all = { receivers: Object.keys(receivers), exporters: Object.keys(exporters) };
  const pipelines = readPipelines(tree, all, renamed, checker);
  const { health, state_socket: stateSocket } = readExtensions(tree, checker);
  const path = ['service', 'telemetry'];
  const ofTelemetry = checker.check(telemetry, getIn(tree, path) ?? {}, path);
  problems.throwIfAny();
  const warnings = [...unused, ...checker.warnings];
  return { receivers, exporters, pipelines, health, stateSocket, telemetry: ofTelemetry!, warnings };
}

function keysOf(value: unknown, otherwise: readonly string[]): readonly string[] {
  const keys = isTree(value) ? Object.keys(value) : [];
  return keys.length > 0 ? keys : otherwise;
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
    for (const key of keysOf(kept[section], [])) {
      if (!known.includes(key)) wrong([section, key], unknownKey(key, known));
    }
  }
  return kept;
}

/** Ids in the file whose type has a new name, by the ids they are taken for. */
function renamedExporters(tree: Tree): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>();
  for (const id of keysOf(tree['exporters'], [])) {
    const [type = '', name] = id.split('/', 2);
    const now = Object.hasOwn(OLD_NAMES, type) ? OLD_NAMES[type] : undefined;
    if (now !== undefined) renamed.set(id, name === undefined ? now : `${now}/${name}`);
  }
  return renamed;
}

/** What the environment or a flag says of the exporter without a name is for nobody if the file has others only. Returns
 *  what there is to warn of. */
function dropUnusedExporter(
  tree: Tree,
  environment: Layer & { readonly exporter: string },
  flags: Layer,
  problems: Problems,
): string[] {
  const { exporter } = environment;
  if (keysOf(tree['exporters'], [exporter]).includes(exporter)) return [];
  const why = `the file has exporters, and none of them is ${exporter}`;
  if (flags.tree['exporters'] !== undefined) problems.add('--endpoint', why);
  const given = new Set([...environment.origins.values()].filter((name) => name.includes('_OTLP_')));
  delete environment.tree['exporters'];
  delete flags.tree['exporters'];
  return given.size === 0 ? [] : [`${[...given].join(', ')}: not used, as ${why}`];
}

/** Reads receivers or exporters, by the ids they are used by. */
function readComponents<T>(
  section: 'receivers' | 'exporters',
  tree: Tree,
  renamed: ReadonlyMap<string, string>,
  schemas: Readonly<Record<string, z.ZodType<T>>>,
  checker: Checker,
): Record<string, T> {
  const result: Record<string, T> = {};
  for (const id of keysOf(tree[section], [])) {
    const path = [section, id];
    const used = renamed.get(id) ?? id;
    const [type = ''] = used.split('/', 1);
    const value = getIn(tree, path) ?? {};
    if (!ID.test(id) || !Object.hasOwn(schemas, type)) {
      const known = Object.keys(schemas).join(' and ');
      checker.problem(path, `there is no such ${section.slice(0, -1)}; known: ${known}, each also as TYPE/NAME`, true);
    } else if (!isTree(value)) {
      checker.problem(path, 'expected a map');
    } else {
      const own =
        section === 'exporters' ? withoutForeignKeys(type as ExporterConfig['type'], value, path, checker) : value;
      const checked = checker.check(schemas[type]!, own, path);
      if (checked !== undefined) result[used] = checked;
    }
  }
  return result;
}
