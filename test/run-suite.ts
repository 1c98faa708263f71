/**
 * Runs one suite in a process of its own, started by run.ts:
 *   node run-suite.js TIMEOUT_MS FORBID_ONLY FILE...
 * Shows progress and failures on standard output and sends the counts to its parent.
 */
import Mocha from 'mocha';
import type { Counts } from './suite-process.js';

const [timeoutMs, forbidOnly, ...files] = process.argv.slice(2);
const mocha = new Mocha({ reporter: 'dot', timeout: Number(timeoutMs), forbidOnly: forbidOnly === 'true' });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
const runner = mocha.run(() => {
  const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
  const counts: Counts = { passed: passes, failed: failures, skipped: pending };
  process.exitCode = failures > 0 ? 1 : 0;
  process.send?.(counts, () => process.disconnect());
});
