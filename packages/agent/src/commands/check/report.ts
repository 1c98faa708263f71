import { styleText } from 'node:util';
import { mayBeColoured } from '../../colour.js';

/** - `ok`: nothing to do
 *  - `warn`: it works, and could be better
 *  - `fail`: it does not work */
export type Verdict = 'ok' | 'warn' | 'fail';

/** One line of `wgotel check`. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was looked at. */
  readonly what: string;
  /** What was found. */
  readonly found: string;
  /** What to do about it. `undefined`: nothing. */
  readonly fix?: string | undefined;
}

const COLOURS = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

/** Writes a finding as a line, with a second one for what to do. */
export function renderFinding({ verdict, what, found, fix }: Finding, stream: NodeJS.WriteStream): string {
  const word = verdict.padEnd(4);
  const shown = mayBeColoured(stream) ? styleText(COLOURS[verdict], word, { validateStream: false }) : word;
  return `${shown}  ${what}: ${found}\n${fix === undefined ? '' : `      fix: ${fix}\n`}`;
}
