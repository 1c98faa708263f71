import type { Checker } from './checker.js';
import { COLLECTOR_KEYS } from './collector-keys.js';
import { isTree, type Path, type Tree } from './tree.js';

/** Takes keys of the Collector that mean nothing here out of an exporter's section, and says why. */
export function withoutForeignKeys(type: string, section: Tree, at: Path, checker: Checker): Tree {
  // The others do not send to a Collector.
  if (type !== 'otlp_grpc' && type !== 'otlp_http') return section;
  const table = COLLECTOR_KEYS[type];
  const prune = (tree: Tree, prefix: Path): Tree => {
    const kept: Tree = {};
    for (const [key, value] of Object.entries(tree)) {
      const path = [...prefix, key];
      const name = path.join('.');
      const treatment = table[name] ?? table[Object.keys(table).find((known) => known.startsWith(`${name}.`)) ?? ''];
      const nested = isTree(value) && table[name] === undefined;
      if (nested && treatment !== undefined) {
        const rest = prune(value, path);
        if (Object.keys(rest).length > 0 || Object.keys(value).length === 0) kept[key] = rest;
      } else if (treatment === undefined || treatment.is === 'supported') {
        kept[key] = value;
      } else {
        const full = [...at, ...path];
        if (treatment.is === 'refused')
          checker.problem(full, `this key of the Collector can't be used here: ${treatment.reason}`, true);
        else checker.warn(full, `this key of the Collector does nothing here: ${treatment.reason}`);
      }
    }
    return kept;
  };
  return fromPairs(prune(section, []));
}

/** The Collector takes headers also as a list of `{name, value}`. */
function fromPairs(section: Tree): Tree {
  const { headers } = section;
  if (!Array.isArray(headers) || !headers.every((pair) => isTree(pair) && typeof pair['name'] === 'string'))
    return section;
  return { ...section, headers: Object.fromEntries(headers.map(({ name, value }: Tree) => [name, value])) };
}
