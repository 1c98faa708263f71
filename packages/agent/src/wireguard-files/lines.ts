const NEWLINE = 10;
const HASH = '#'.charCodeAt(0);
const BRACKET = '['.charCodeAt(0);
const EQUALS = '='.charCodeAt(0);

/** The longest name of a setting, `PersistentKeepalive`, and some room. */
const LONGEST_NAME = 32;

/** Lines of a configuration of wg-quick or networkd as text, but only what holds no secrets: heads of sections, comments,
 *  and settings that are asked for. Anything else, and comments in which a key may have been parked, never become a string.
 *
 *  @param wanted names of settings in lower case; of one that is a secret only `name=` comes, without the value */
export function* harmlessLines(bytes: Buffer, wanted: ReadonlySet<string>): Generator<string, void> {
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(NEWLINE, start);
    if (end === -1) end = bytes.length;
    let from = start;
    while (from < end && bytes[from]! <= 32) from++;
    const line = bytes.subarray(from, end);
    const setting = settingOf(line);
    if (wanted.has(setting) && isSecret(setting)) yield `${setting}=`;
    else if (isHarmless(line) || wanted.has(setting)) yield line.toString('utf8').trim();
  }
}

function isHarmless(line: Buffer): boolean {
  return line[0] === BRACKET || (line[0] === HASH && !line.includes('Key') && !line.includes('key'));
}

function isSecret(setting: string): boolean {
  return setting.includes('key') && setting !== 'publickey';
}

/** The name before the equals sign, in lower case. A key that stands alone is too long to be taken for one. */
function settingOf(line: Buffer): string {
  const equals = line.indexOf(EQUALS);
  return equals === -1 || equals > LONGEST_NAME ? '' : line.toString('latin1', 0, equals).trim().toLowerCase();
}
