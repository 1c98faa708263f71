/** Builds a program that tests need, unless it is in the cache, and prints its path: `go-program.js collector|jaeger`. */
import { collector } from '../support/collector-binary.js';
import { ensureProgram, type GoProgram } from '../support/go-program.js';
import { jaeger } from '../support/jaeger-binary.js';

const programs: Readonly<Record<string, GoProgram>> = { collector, jaeger };
const program = programs[process.argv[2] ?? ''];
try {
  if (program === undefined) throw new Error(`which program? ${Object.keys(programs).join(' or ')}`);
  console.log(await ensureProgram(program));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
