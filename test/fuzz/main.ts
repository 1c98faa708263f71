/** Fuzzes every target for long: npm run fuzz -- [--cases N] [--seed N] [TARGET...] */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';
import { TARGETS } from './targets.js';

const { values, positionals } = parseArgs({
  options: { cases: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
for (const target of TARGETS) {
  if (positionals.length > 0 && !positionals.includes(target.name)) continue;
  const begun = performance.now();
  await fuzz(target, Number(values.cases), Number(values.seed));
  console.log(`${target.name}: ${values.cases} cases in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
}
