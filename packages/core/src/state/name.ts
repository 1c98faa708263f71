const LONGEST_NAME = 64;

/** Control characters, line and paragraph separators, and those that turn the direction of writing: a name comes from
 *  files others may write, and is shown on terminals and pages. */
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The name of a peer as somebody gave it. `undefined`: it has none. */
export type PeerNames = (publicKey: string, device: string) => string | undefined;

/** What to call a peer: a name that is safe to show, at most 64 bytes of UTF-8. `undefined`: it has none, nothing is left of
 *  it, or `names`, which is the application's, threw. */
export function nameOf(names: PeerNames, publicKey: string, device: string): string | undefined {
  try {
    const name = names(publicKey, device);
    return name === undefined ? undefined : clean(name);
  } catch {
    return undefined;
  }
}

function clean(name: string): string | undefined {
  let kept = '';
  let bytes = 0;
  for (const character of name.replace(HARMFUL, '').trim()) {
    bytes += Buffer.byteLength(character);
    if (bytes > LONGEST_NAME) break;
    kept += character;
  }
  return kept === '' ? undefined : kept;
}
