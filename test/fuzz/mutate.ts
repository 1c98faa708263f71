/** A generator of numbers that begins anew with the same seed (mulberry32). */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const TOKENS = [
  '\n',
  '\t',
  '=',
  ':',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  ',',
  '#',
  '$',
  '${',
  '0',
  '-1',
  '1e999',
  '18446744073709551616',
  'null',
  '\u0000',
  '\u202e',
  'é',
  '&a',
  '*a',
];

/** Changes an input in one to four places: bytes replaced, cut, doubled or swapped, tokens put in. */
export function mutate(input: Buffer, random: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(input);
  for (let times = 1 + random(4); times > 0; times--) {
    const at = random(bytes.length + 1);
    const length = random(Math.min(64, bytes.length - at + 1));
    const [before, middle, after] = [
      bytes.subarray(0, at),
      bytes.subarray(at, at + length),
      bytes.subarray(at + length),
    ];
    switch (random(6)) {
      case 0:
        if (at < bytes.length) bytes[at] = random(256);
        break;
      case 1:
        bytes = Buffer.concat([before, after]);
        break;
      case 2:
        bytes = Buffer.concat([before, middle, middle, after]);
        break;
      case 3:
        bytes = Buffer.concat([before, Buffer.from(TOKENS[random(TOKENS.length)]!), after]);
        break;
      case 4:
        bytes = Buffer.concat([after, middle, before]);
        break;
      default:
        bytes = before;
    }
  }
  return bytes;
}
