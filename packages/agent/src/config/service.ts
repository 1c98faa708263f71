import { SIGNALS, type Signal } from '../signal.js';
import type { Checker } from './checker.js';
import { ID } from './components.js';
import type { PipelineConfig } from './configuration.js';
import { pipeline } from './schema/service.js';
import { getIn, isTree, type Path, type Tree } from './tree.js';

export const IN_A_COLLECTOR = 'is for a Collector: send to one over OTLP, and configure it there';

/** What pipelines can be made of. */
export interface Parts {
  readonly receivers: Readonly<Record<string, unknown>>;
  /** By the signals that they carry. */
  readonly exporters: Readonly<Record<string, Readonly<Partial<Record<Signal, unknown>>>>>;
  /** Signals that are not sent, whatever pipelines there are. */
  readonly off: ReadonlySet<Signal>;
  /** Ids in the file by the ids they are taken for. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Whether somebody speaks of it, be it right or wrong. */
  readonly isThere: (key: 'receivers' | 'exporters', id: string) => boolean;
}

/** Reads `service.pipelines`. Without any, everything goes everywhere. */
export function readPipelines(tree: Tree, parts: Parts, checker: Checker): Record<string, PipelineConfig> {
  const given = getIn(tree, ['service', 'pipelines']);
  const pipelines: Record<string, PipelineConfig> = {};
  if (!isTree(given) || Object.keys(given).length === 0) {
    for (const signal of SIGNALS) {
      if (parts.off.has(signal)) continue;
      pipelines[signal] = { signal, receivers: Object.keys(parts.receivers), exporters: carriers(signal, parts) };
    }
    return pipelines;
  }
  for (const [id, section] of Object.entries(given)) {
    const path = ['service', 'pipelines', id];
    const signal = SIGNALS.find((each) => each === id.split('/', 1)[0]);
    if (signal === undefined || !ID.test(id)) {
      checker.problem(path, 'there are pipelines for metrics, logs and traces, each also as SIGNAL/NAME', true);
      continue;
    }
    if (isTree(section) && section['processors'] !== undefined) {
      checker.problem([...path, 'processors'], IN_A_COLLECTOR, true);
      delete section['processors'];
    }
    const checked = checker.check(pipeline, section ?? {}, path);
    if (checked === undefined) continue;
    const receivers = named('receivers', checked.receivers, path, parts, checker);
    const exporters = named('exporters', checked.exporters, path, parts, checker);
    for (const [index, each] of exporters.entries()) {
      const carried = Object.keys(parts.exporters[each] ?? {});
      if (carried.length === 0 || carried.includes(signal)) continue;
      checker.problem([...path, 'exporters', index], `${each} does not take ${signal}, only ${carried.join(' and ')}`);
    }
    pipelines[id] = { signal, receivers, exporters: exporters.length > 0 ? exporters : carriers(signal, parts) };
  }
  for (const key of ['receivers', 'exporters'] as const) {
    const used = new Set(Object.values(pipelines).flatMap((each) => each[key]));
    for (const id of Object.keys(parts[key]))
      if (!used.has(id) && isSpokenOf(key, id, parts)) checker.warn([key, id], 'is in no pipeline, so it is not used');
  }
  return Object.fromEntries(Object.entries(pipelines).filter(([, { signal }]) => !parts.off.has(signal)));
}

function carriers(signal: Signal, { exporters }: Parts): string[] {
  return Object.keys(exporters).filter((id) => exporters[id]?.[signal] !== undefined);
}

/** The ids that a pipeline names, as they are used. */
function named(
  key: 'receivers' | 'exporters',
  ids: readonly string[],
  path: Path,
  parts: Parts,
  checker: Checker,
): string[] {
  return ids.map((id, index) => {
    // One that is there and wrong has been said to be wrong.
    if (!isSpokenOf(key, id, parts)) {
      checker.problem([...path, key, index], `there is no ${key.slice(0, -1)} ${id} in ${key}`);
    }
    return key === 'exporters' ? (parts.renamed.get(id) ?? id) : id;
  });
}

/** Whether somebody speaks of a component, by whichever of its names. */
function isSpokenOf(key: 'receivers' | 'exporters', id: string, { renamed, isThere }: Parts): boolean {
  return isThere(key, id) || [...renamed.values()].includes(id);
}
