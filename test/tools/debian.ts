import { ensureDebianTree } from '../support/debian-tree.js';

try {
  console.log(await ensureDebianTree());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
