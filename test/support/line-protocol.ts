/** A line, read back. */
export interface ParsedLine {
  readonly measurement: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Integers as bigint, strings as such. */
  readonly fields: Readonly<Record<string, bigint | string>>;
  readonly time: bigint;
}

/** A character that stands for itself, or what a backslash is before. */
const KEY = String.raw`(?:[^\p{Cc} ,=\\]|\\+[^\p{Cc}\\])+`;
const TEXT = String.raw`"(?:[^"\\\n]|\\.)*"`;
const INTEGER = String.raw`-?\d+i`;

const LINE = new RegExp(
  `^(${KEY})((?:,${KEY}=${KEY})*) (${KEY}=(?:${TEXT}|${INTEGER})(?:,${KEY}=(?:${TEXT}|${INTEGER}))*) (-?\\d+)$`,
  'u',
);
const TAG = new RegExp(`,(${KEY})=(${KEY})`, 'gu');
const FIELD = new RegExp(`(${KEY})=(?:(${TEXT})|(${INTEGER}))(?:,|$)`, 'gu');

/** The largest and smallest of 64 bits. */
const LIMIT = 2n ** 63n;

/** Reads line protocol, and knows of it what there is for integers and texts.
 *  Source: https://github.com/influxdata/line-protocol/blob/v2/line-protocol.ebnf
 *
 *  @throws {Error} for what is no line protocol, tags that are not sorted or there twice, numbers beyond 64 bits */
export function parseLines(text: string): ParsedLine[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  return text.slice(0, -1).split('\n').map(parseLine);
}

function parseLine(line: string): ParsedLine {
  const [, measurement, ofTags, ofFields, time] = LINE.exec(line) ?? [];
  if (measurement === undefined || ofTags === undefined || ofFields === undefined || time === undefined) {
    throw new Error(`this is no line: ${JSON.stringify(line)}`);
  }
  const tags = [...ofTags.matchAll(TAG)].map(([, key, value]) => [plain(key!), plain(value!)] as const);
  const fields = [...ofFields.matchAll(FIELD)].map(([, key, string, integer]) => {
    return [plain(key!), string === undefined ? toInteger(integer!.slice(0, -1)) : unquoted(string)] as const;
  });
  const names = tags.map(([name]) => name);
  if (names.some((name, index) => index > 0 && names[index - 1]! >= name)) throw new Error(`unsorted: ${line}`);
  if (new Set(fields.map(([name]) => name)).size < fields.length) throw new Error(`a field twice: ${line}`);
  return {
    measurement: plain(measurement),
    tags: Object.fromEntries(tags),
    fields: Object.fromEntries(fields),
    time: toInteger(time),
  };
}

function toInteger(digits: string): bigint {
  const value = BigInt(digits);
  if (value >= LIMIT || value < -LIMIT) throw new Error(`more than 64 bits: ${digits}`);
  return value;
}

/** A backslash counts only before what it takes the meaning of. */
function plain(key: string): string {
  return key.replaceAll(/\\([ ,=])/g, '$1');
}

function unquoted(string: string): string {
  return string.slice(1, -1).replaceAll(/\\(["\\])/g, '$1');
}
