import type { Checker } from './checker.js';
import type { PipelineConfig } from './configuration.js';
import { pipeline } from './schema/service.js';
import { getIn, isTree, type Tree } from './tree.js';

/** Ids of components: a type, and a name if there are more of them. */
export const ID: RegExp = /^[\w-]+(?:\/[\w.-]+)?$/;

export const IN_A_COLLECTOR = 'is for a Collector: send to one over OTLP, and configure it there';

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
