/** Builds exporters that profiles are compared with, unless they are in the cache, and prints where they are. */
import { ensureRivals } from '../support/rival-binaries.js';

try {
  for (const path of await ensureRivals()) console.log(path);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
