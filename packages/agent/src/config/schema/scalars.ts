import { RE2JS } from 're2js';
import { z } from 'zod';
import { parseDuration } from '../duration.js';

/** The longest delay that Node's timers take, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

const DURATION = 'a duration such as 300ms, 15s or 1m30s';

/** A duration as Go writes it, in milliseconds. */
export function duration(least: number): z.ZodType<number, string | number> {
  const range = least > 0 ? `${DURATION}, at least ${least} ms` : `${DURATION}, or 0`;
  return z.union([z.string(), z.literal(0)], { error: `expected ${range}` }).transform((text, context) => {
    const millis = parseDuration(String(text));
    if (millis !== undefined && millis >= least && millis <= LONGEST) return millis;
    context.addIssue({ code: 'custom', message: `expected ${range}` });
    return z.NEVER;
  });
}

export const text: z.ZodString = z.string().min(1, 'expected a text that is not empty');

export const port: z.ZodNumber = z.int().min(1).max(65_535);

/** A regular expression in RE2's form, as in the Collector. */
export const pattern: z.ZodType<string, string> = text.refine(isPattern, {
  error: 'expected a regular expression in RE2 form (https://github.com/google/re2/wiki/Syntax)',
});

function isPattern(source: string): boolean {
  try {
    RE2JS.compile(source);
    return true;
  } catch {
    return false;
  }
}

/** A list of texts. A text alone is a list of one. */
export const texts: z.ZodType<string[], string | string[]> = z
  .union([text, z.array(text)], { error: 'expected a text or a list of texts' })
  .transform((given) => (typeof given === 'string' ? [given] : given));

/** For refinements that are to speak up also where something else is wrong, so that all is said at once. */
export const ALWAYS: { when: (payload: { value: unknown }) => boolean } = {
  when: ({ value }) => typeof value === 'object' && value !== null,
};
