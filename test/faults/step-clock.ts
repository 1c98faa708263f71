/**
 * Steps the wall clock of a process, and of nothing else:
 *   node --import 'file:///…/step-clock.js?file=PATH' …
 * On SIGUSR2 the clock is set forward by the milliseconds in the file.
 */
import { readFileSync } from 'node:fs';

const path = new URL(import.meta.url).searchParams.get('file')!;
const RealDate = Date;
let offset = 0;

class SteppedDate extends RealDate {
  constructor(...args: readonly [] | readonly [number]) {
    super(args[0] ?? SteppedDate.now());
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
}

globalThis.Date = SteppedDate as DateConstructor;
process.on('SIGUSR2', () => (offset += Number(readFileSync(path, 'utf8'))));
