import { join } from 'node:path';
import type { Host } from './host.js';
import type { Place } from './places.js';

/** What is to become of something that is there. */
export interface Step {
  readonly path: string;
  readonly isFolder: boolean;
  /** Why it stays. `undefined`: it is removed. */
  readonly stays: string | undefined;
}

/** Works out what is removed from a host and what stays, in the order in which it can be done. Changes nothing.
 *
 *  @param purge whether data goes too */
export function planRemoval(places: readonly Place[], host: Host, purge: boolean): Step[] {
  const steps: Step[] = [];
  const said = new Set<string>();
  const isRemoved = (path: string): boolean => steps.some((step) => step.path === path && step.stays === undefined);
  const add = (path: string, isFolder: boolean, stays?: string): void => {
    if (said.has(path)) return;
    said.add(path);
    steps.push({ path, isFolder, stays });
  };
  for (const place of places) {
    const { folder, isOwn = false } = place;
    const there = host.stat(folder);
    if (there === undefined) continue;
    if (!there.isDirectory()) {
      if (isOwn) add(folder, false, there.isSymbolicLink() ? 'it is a link, which is not followed' : 'it is no folder');
      continue;
    }
    if (place.isData === true && !purge) {
      for (const path of isOwn ? [folder] : ownIn(place, host)) add(path, isOwn, 'data goes with --purge');
      continue;
    }
    const own = ownIn(place, host);
    for (const path of own) add(path, false);
    if (!isOwn) continue;
    const foreign = host.list(folder).filter((name) => !isRemoved(join(folder, name)));
    for (const name of foreign) add(join(folder, name), false, 'it is not known to be of wgotel');
    if (foreign.length === 0) add(folder, true);
  }
  return steps;
}

/** Paths of what is wgotel's in a place. */
function ownIn({ folder, files, sockets, links }: Place, host: Host): string[] {
  return host
    .list(folder)
    .filter((name) => {
      const path = join(folder, name);
      const found = host.stat(path);
      if (found?.isFile()) return files?.test(name);
      if (found?.isSocket()) return sockets?.test(name);
      return found?.isSymbolicLink() && links?.names.test(name) && links.target.test(host.linkTarget(path)!);
    })
    .map((name) => join(folder, name));
}
