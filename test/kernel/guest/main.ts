/** Runs in the guest: goes through all scenarios and prints a line of JSON for each. */
import { SCENARIOS } from './scenarios.js';

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const begun = performance.now();
  let failure: string | undefined;
  try {
    await scenario();
  } catch (error) {
    failure = (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 4000);
  }
  console.log(JSON.stringify({ name, failure, ms: Math.round(performance.now() - begun) }));
}
