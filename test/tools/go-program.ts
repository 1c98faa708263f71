/** Builds programs that tests need, unless they are in the cache, and prints their paths: `go-program.js NAME...`. */
import { collector } from '../support/collector-binary.js';
import { fullCollector } from '../support/full-collector-binary.js';
import { ensureProgram, type GoProgram } from '../support/go-program.js';
import { jaeger } from '../support/jaeger-binary.js';
import { kafkaBroker } from '../support/kafka-broker.js';

const programs: Readonly<Record<string, GoProgram>> = {
  collector,
  'collector-full': fullCollector,
  jaeger,
  'kafka-broker': kafkaBroker,
};

try {
  for (const name of process.argv.slice(2)) {
    const program = programs[name];
    if (program === undefined) throw new Error(`which program? ${Object.keys(programs).join(' or ')}`);
    console.log(await ensureProgram(program));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
