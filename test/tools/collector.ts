import { ensureCollector } from '../support/collector-binary.js';

try {
  console.log(await ensureCollector());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
