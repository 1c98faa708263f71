/** What has a meaning in a tag, and what can't be in one. */
const IN_TAGS = /[\p{Cc} ,=]/gu;
const IN_STRINGS = /[\p{Cc}"\\]/gu;

/** There is no way to write these; Telegraf writes two characters in their place. */
const CONTROLS: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r' };

/** Writes the value of a tag as line protocol has it. A backslash at its end would take the comma after it for its own, so it
 *  is left out; so are other control characters.
 *  Source: https://github.com/influxdata/line-protocol/blob/v2/line-protocol.ebnf */
export function tagValue(text: string): string {
  return escaped(text, IN_TAGS).replace(/\\+$/, '');
}

/** Writes a text as the value of a field, quotes included. */
export function stringField(text: string): string {
  return `"${escaped(text, IN_STRINGS)}"`;
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(special, (character) => {
    return CONTROLS[character] ?? (/\p{Cc}/u.test(character) ? '' : `\\${character}`);
  });
}
