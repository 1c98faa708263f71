/** Builds exporters that profiles are compared with, unless they are in the cache, and prints where they are. */
import { ensureMindflavor } from '../support/rival-binaries.js';

try {
  console.log(await ensureMindflavor());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
