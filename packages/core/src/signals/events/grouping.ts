import { runAtOnce } from '../../model/slices.js';
import type { Change } from '../../state/change.js';
import { isOfPeer, seriesOf } from './attributes.js';
import { definitionOf } from './definitions.js';

/** Up to as many peers of a device that change alike in one scrape get a record each. */
export const MOST_ALIKE = 20;

/** Changes for which one record is enough, or a single one. */
export type Group = readonly [Change, ...Change[]];

/** Changes that are looked at between two pauses. */
const BATCH = 256;

/** Puts together what happened alike to more than {@link MOST_ALIKE} peers of a device; all else stays single. In the order of
 *  the first of each. */
export function grouped(changes: readonly Change[]): Group[] {
  return runAtOnce(groupsOf(changes));
}

/** The same with pauses: a frame may hold a change of each of very many peers. */
export function* groupsOf(changes: readonly Change[]): Generator<void, Group[]> {
  const alike = new Map<unknown, [Change, ...Change[]]>();
  for (const [index, change] of changes.entries()) {
    if (index % BATCH === 0) yield;
    const key = isOfPeer(change) ? likenessOf(change) : change;
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [change]);
    else known.push(change);
  }
  return [...alike.values()].flatMap((group): Group[] =>
    group.length > MOST_ALIKE ? [group] : group.map((change) => [change]),
  );
}

function likenessOf(change: Change): string {
  const { device, netns } = seriesOf(change)!;
  return JSON.stringify([device, netns, change.type, definitionOf(change).facts?.(change)]);
}
