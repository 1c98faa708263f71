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

const KEPT = 'data goes with --purge';

/** Works out what is removed from a host and what stays, in the order in which it can be done. Changes nothing.
 *
 *  @param purge whether data goes too */
export function planRemoval(places: readonly Place[], host: Host, purge: boolean): Step[] {
  const steps: Step[] = [];
  const said = new Set<string>();
  const folders = new Set(places.map(({ folder }) => folder));
  const removed = new Set<string>();
  const add = (path: string, isFolder: boolean, stays?: string): void => {
    if (said.has(path)) return;
    said.add(path);
    if (stays === undefined) removed.add(path);
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
      for (const path of isOwn ? [folder] : ownIn(place, host)) add(path, isOwn, KEPT);
      continue;
    }
    const own = ownIn(place, host);
    for (const path of own) add(path, false);
    if (!isOwn) continue;
    const inIt = host.list(folder).map((name) => join(folder, name));
    const staying = inIt.filter((path) => !removed.has(path));
    // Of those that are places themselves it has been said what stays in them.
    for (const path of staying) if (!folders.has(path)) add(path, false, 'it is not known to be of wgotel');
    if (staying.length === 0) add(folder, true);
  }
  const kept = steps.filter(({ stays }) => stays === KEPT);
  return steps.filter((step) => step.stays !== KEPT || !kept.some(({ path }) => step.path.startsWith(`${path}/`)));
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
