/** A configuration as it stands in a file, before it is checked. */
export type Tree = { [key: string]: unknown };

/** Keys and indexes from the top. */
export type Path = readonly (string | number)[];

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined`: there is nothing. */
export function getIn(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Tree)[key] : undefined),
    value,
  );
}

/** Puts a value where a path leads; what is missing on the way is made. */
export function setIn(tree: Tree, path: Path, value: unknown): void {
  let at = tree;
  for (const key of path.slice(0, -1)) {
    const next = getIn(at, [key]);
    at = (isTree(next) || Array.isArray(next) ? next : (at[key] = {})) as Tree;
  }
  at[path.at(-1)!] = value;
}

/** Lays one tree over another: maps are put together key by key, all else is replaced. `null` says nothing, as in the
 *  Collector an empty key does. */
export function overlay(lower: unknown, upper: unknown): unknown {
  if (upper === undefined || upper === null) return lower;
  if (!isTree(lower) || !isTree(upper)) return upper;
  const merged: Tree = { ...lower };
  for (const [key, value] of Object.entries(upper)) merged[key] = overlay(lower[key], value) ?? value;
  return merged;
}

/** Whether a path leads to a place or to something in it. */
export function isWithin(path: Path, place: Path): boolean {
  return place.every((key, index) => path[index] === key);
}

/** Writes a path as in messages: `exporters.otlp_grpc.headers[0].name`. A key that does not look like one is left out: where a
 *  colon is missing, a secret becomes part of the key. */
export function pathText(path: Path): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${shownKey(key)}`))
    .join('');
}

function shownKey(key: string): string {
  return /^[\w./-]{1,64}$/.test(key) && !/[\w+/]{32}/.test(key) ? key : '…';
}
