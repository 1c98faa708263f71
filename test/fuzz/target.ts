/** Something that reads what others write. */
export interface FuzzTarget {
  readonly name: string;
  /** Input of every kind, to be mutated. */
  readonly corpus: readonly Buffer[];
  /** Reads one input. Throws if what comes of it is wrong: anything but right data, or an error of the kind that is
   *  promised, without a word of {@link SECRET}. */
  run(input: Buffer): Promise<void> | void;
}

/** A key that stands in inputs and must stand in no message. */
export const SECRET = '8BqJf6FAGP6nF2JpXRk2tHhQBKPnkE6kKYYsVfXnIUM=';
export const SECRET_HEX = Buffer.from(SECRET, 'base64').toString('hex');

/** Throws if a text holds the key, or a telling part of it. */
export function assertHarmless(text: string): void {
  for (const secret of [SECRET, SECRET_HEX]) {
    for (let at = 0; at + 16 <= secret.length; at += 8) {
      if (text.includes(secret.slice(at, at + 16))) throw new Error('a key shows');
    }
  }
}
