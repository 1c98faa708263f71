const LONGEST_NAME = 64;

/** Control characters, line and paragraph separators, and those that turn the direction of writing: a name comes from
 *  files others may write, and is shown on terminals and pages. */
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Makes a peer's name safe to show, at most 64 bytes of UTF-8. `undefined`: nothing is left of it. */
export function cleanName(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  let clean = '';
  let bytes = 0;
  for (const character of name.replace(HARMFUL, '').trim()) {
    bytes += Buffer.byteLength(character);
    if (bytes > LONGEST_NAME) break;
    clean += character;
  }
  return clean === '' ? undefined : clean;
}
