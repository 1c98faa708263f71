import type { Path, Tree } from './tree.js';

/** What one place says, in the shape of the file. */
export interface Layer {
  readonly tree: Tree;
  /** What each value is called there, such as a flag, by its path joined with NUL. */
  readonly origins: Map<string, string>;
}

/** What a layer calls the value at a path, or the value that surrounds it. `undefined`: it says nothing of it. */
export function originOf({ origins }: Layer, path: Path): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(path.slice(0, length).join('\0'));
    if (origin !== undefined) return origin;
  }
  return undefined;
}
