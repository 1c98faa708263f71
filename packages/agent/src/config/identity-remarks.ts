import type { Checker } from './checker.js';
import type { ReceiverConfig } from './configuration.js';
import type { Expansion } from './expand.js';
import { getIn, isWithin, type Tree } from './tree.js';

/** Says what of the identities of receivers works and is not as it should be. */
export function remarkOnIdentities(
  receivers: Readonly<Record<string, ReceiverConfig>>,
  tree: Tree,
  expansions: readonly Expansion[],
  checker: Checker,
): void {
  for (const [id, { identity }] of Object.entries(receivers)) {
    if (identity.mode !== 'hmac') continue;
    const names = ['receivers', id, 'names'];
    if (getIn(tree, names) !== undefined)
      checker.warn(names, 'is not used, as peers have no names with identity.mode hmac');
    const key = ['receivers', id, 'identity', 'hmac_key'];
    if (expansions.some(({ path }) => isWithin(key, path))) continue;
    checker.warn(key, 'stands in the configuration itself: keep it in a file of its own, as ${file:PATH}');
  }
}
