import type { z } from 'zod';
import type { Checker } from './checker.js';
import { withoutForeignKeys } from './exporter-section.js';
import { getIn, isTree, type Tree } from './tree.js';

/** Ids of components: a type, and a name if there are more of them. */
export const ID: RegExp = /^[\w-]+(?:\/[\w.-]+)?$/;

/** By type. What a schema makes nothing of is left out. */
export type Schemas<T> = Readonly<Record<string, z.ZodType<T | undefined>>>;

/** Reads receivers or exporters, by the ids they are used by.
 *
 *  @param renamed ids in the file by the ids they are taken for */
export function readComponents<T>(
  section: 'receivers' | 'exporters',
  tree: Tree,
  renamed: ReadonlyMap<string, string>,
  schemas: Schemas<T>,
  checker: Checker,
): Record<string, T> {
  const result: Record<string, T> = {};
  for (const id of keysOf(tree[section])) {
    const path = [section, id];
    const used = renamed.get(id) ?? id;
    const [type = ''] = used.split('/', 1);
    const value = getIn(tree, path) ?? {};
    if (!ID.test(id) || !Object.hasOwn(schemas, type)) {
      const known = Object.keys(schemas)
        .join(', ')
        .replace(/, (?=\w+$)/, ' and ');
      checker.problem(path, `there is no such ${section.slice(0, -1)}; known: ${known}, each also as TYPE/NAME`, true);
    } else if (!isTree(value)) {
      checker.problem(path, 'expected a map');
    } else {
      const own = section === 'exporters' ? withoutForeignKeys(type, value, path, checker) : value;
      const checked = checker.check(schemas[type]!, own, path);
      if (checked !== undefined) result[used] = checked;
    }
  }
  return result;
}

export function keysOf(value: unknown): readonly string[] {
  return isTree(value) ? Object.keys(value) : [];
}
