const NEWLINE = 10;
const HASH = '#'.charCodeAt(0);
const BRACKET = '['.charCodeAt(0);

/** What stands for a setting that nobody has to know. */
const SETTING = '=';

/** Lines as text: comments, heads of sections, public keys and empty ones. Any other setting, and a comment in which a key
 *  may have been parked, never becomes a string. */
export function* linesOf(bytes: Buffer): Generator<string, void> {
  for (let start = 0, end = 0; start < bytes.length; start = end + 1) {
    end = bytes.indexOf(NEWLINE, start);
    if (end === -1) end = bytes.length;
    let from = start;
    while (from < end && bytes[from]! <= 32) from++;
    const line = bytes.subarray(from, end);
    const first = line[0];
    if (first === HASH) {
      if (!mayHoldKey(line)) yield line.toString('utf8').trim();
    } else if (first === undefined || first === BRACKET || isPublicKey(line)) yield line.toString('utf8').trim();
    else yield SETTING;
  }
}

/** A key has 44 characters in base64, 64 as hexadecimal digits. A piece of one is no name either. */
const LONGEST_WORD = 32;

/** Whether a comment speaks of a private or preshared key, or has a word in it that is as long as one. */
function mayHoldKey(line: Buffer): boolean {
  if (KEY_WORDS.some((word) => startsWithin(line, word))) return true;
  let word = 0;
  for (const byte of line) {
    word = isOfBase64(byte) ? word + 1 : 0;
    if (word > LONGEST_WORD) return true;
  }
  return false;
}

const KEY_WORDS = ['privatekey', 'presharedkey'].map((word) => Buffer.from(word));
const PUBLIC_KEY_WORD = Buffer.from('publickey');

function isPublicKey(line: Buffer): boolean {
  return isAt(line, 0, PUBLIC_KEY_WORD);
}

function startsWithin(line: Buffer, word: Buffer): boolean {
  for (let at = 0; at + word.length <= line.length; at++) if (isAt(line, at, word)) return true;
  return false;
}

/** Whether a word of lower-case letters stands there, in letters of either case. */
function isAt(line: Buffer, at: number, word: Buffer): boolean {
  return word.every((letter, index) => (line[at + index]! | 0x20) === letter);
}

/** Whether a byte is a letter, a digit, `+`, `/` or `=`. */
function isOfBase64(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 97 && letter <= 122) || (byte >= 47 && byte <= 57) || byte === 43 || byte === 61;
}
