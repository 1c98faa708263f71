import { z } from 'zod';
import type { Checker } from './checker.js';
import type { HealthConfig, PipelineConfig, StateSocketConfig } from './configuration.js';
import { unknownKey } from './issues.js';
import { health, pipeline, stateSocket } from './schema/service.js';
import { getIn, isTree, type Tree } from './tree.js';

/** Ids of components: a type, and a name if there are more of them. */
export const ID: RegExp = /^[\w-]+(?:\/[\w.-]+)?$/;

export const IN_A_COLLECTOR = 'is for a Collector: send to one over OTLP, and configure it there';

const listOfNames = z.array(z.string());

/** Reads `service.pipelines`. Without any, everything goes everywhere.
 *
 *  @param all ids of what is there and right
 *  @param renamed ids in the file by the ids they are taken for */
export function readPipelines(
  tree: Tree,
  all: { readonly receivers: readonly string[]; readonly exporters: readonly string[] },
  renamed: ReadonlyMap<string, string>,
  checker: Checker,
): Record<string, PipelineConfig> {
  const given = getIn(tree, ['service', 'pipelines']);
  if (!isTree(given) || Object.keys(given).length === 0) return { metrics: { signal: 'metrics', ...all } };
  const pipelines: Record<string, PipelineConfig> = {};
  for (const [id, section] of Object.entries(given)) {
    const path = ['service', 'pipelines', id];
    if (id.split('/', 1)[0] !== 'metrics' || !ID.test(id)) {
      checker.problem(path, 'only pipelines for metrics are there so far: metrics, or metrics/NAME', true);
      continue;
    }
    if (isTree(section) && section['processors'] !== undefined) {
      checker.problem([...path, 'processors'], IN_A_COLLECTOR, true);
      delete section['processors'];
    }
    const checked = checker.check(pipeline, section ?? {}, path);
    if (checked === undefined) continue;
    const named = (key: 'receivers' | 'exporters'): string[] =>
      checked[key].map((each, index) => {
        const used = key === 'exporters' ? (renamed.get(each) ?? each) : each;
        // One that is there and wrong has been said to be wrong.
        if (getIn(tree, [key, each]) === undefined && !all[key].includes(used)) {
          checker.problem([...path, key, index], `there is no ${key.slice(0, -1)} ${each} in ${key}`);
        }
        return used;
      });
    const names = { receivers: named('receivers'), exporters: named('exporters') };
    pipelines[id] = {
      signal: 'metrics',
      ...names,
      exporters: checked.exporters.length > 0 ? names.exporters : all.exporters,
    };
  }
  for (const key of ['receivers', 'exporters'] as const) {
    const used = new Set(Object.values(pipelines).flatMap((each) => each[key]));
    for (const id of all[key]) if (!used.has(id)) checker.warn([key, id], 'is in no pipeline, so it is not used');
  }
  return pipelines;
}

/** The extensions there are. */
export interface Extensions {
  readonly health: HealthConfig;
  readonly state_socket: StateSocketConfig;
}

type Schemas = { readonly [Id in keyof Extensions]: z.ZodType<Extensions[Id]> };

export const EXTENSIONS: Schemas = { health, state_socket: stateSocket };

/** Those that are on unless `service.extensions` says which are. */
const ON: readonly string[] = ['health', 'state_socket'] satisfies (keyof Extensions)[];

/** Reads which extensions there are. Those that are missing are off. */
export function readExtensions(tree: Tree, checker: Checker): Partial<Extensions> {
  const given = tree['extensions'];
  const known = Object.keys(EXTENSIONS);
  for (const id of isTree(given) ? Object.keys(given) : []) {
    if (!known.includes(id)) checker.problem(['extensions', id], unknownKey(id, known), true);
  }
  const enabled = getIn(tree, ['service', 'extensions']);
  const path = ['service', 'extensions'];
  const list = enabled === undefined || enabled === null ? undefined : checker.check(listOfNames, enabled, path);
  for (const [index, id] of (list ?? []).entries()) {
    if (!known.includes(id))
      checker.problem([...path, index], `there is no extension ${id}; known: ${known.join(', ')}`);
  }
  const result: Record<string, object> = {};
  for (const [id, schema] of Object.entries<z.ZodType<Extensions[keyof Extensions]>>(EXTENSIONS)) {
    const section = getIn(given, [id]);
    const checked = checker.check(schema, section ?? {}, ['extensions', id]);
    if (list === undefined && section !== undefined) {
      checker.warn(['extensions', id], 'is not in service.extensions, so it is not used');
    } else if (checked !== undefined && (list ?? ON).includes(id)) {
      result[id] = { ...checked, explicit: list !== undefined };
    }
  }
  return result;
}
