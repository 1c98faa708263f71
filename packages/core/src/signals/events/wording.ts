const PLAIN = /^[\p{L}\p{N}@._:%/[\]-]+$/u;
const LONGEST = 64;

/** Shows what others may have chosen, such as a peer's name, so that it can't be taken for a part of the sentence: in quotes
 *  unless it is a plain word, and cut. */
export function shown(text: string): string {
  if (text.length > LONGEST) return JSON.stringify(`${text.slice(0, LONGEST)}…`);
  return PLAIN.test(text) ? text : JSON.stringify(text);
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** Writes a length of time in its two largest units: `12s`, `4m 10s`, `3d 0h`. What is below zero, by a clock that was set
 *  back, is 0.
 *
 *  @param millis in milliseconds */
export function formatDuration(millis: number): string {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  const largest = UNITS.findIndex(([, length]) => seconds >= length);
  if (largest === -1) return '0s';
  return UNITS.slice(largest, largest + 2)
    .map(([unit, length], index) => {
      const whole = index === 0 ? seconds : seconds % UNITS[largest]![1];
      return `${Math.floor(whole / length)}${unit}`;
    })
    .join(' ');
}

/** `1 peer`, `2 peers`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
