import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeBenchmarks } from './benchmarks.js';
import { DEPENDENCIES_PAGE, generateDependencies } from './dependencies.js';
import { generateDashboards } from './dashboards/files.js';
import {
  GENERATED,
  GENERATED_EVENTS,
  GENERATED_SIGNALS,
  generateEvents,
  generateMetadata,
  generateSignals,
} from './signal-metadata.js';

writeFileSync(GENERATED, await generateMetadata());
writeFileSync(GENERATED_EVENTS, await generateEvents());
writeFileSync(GENERATED_SIGNALS, await generateSignals());
writeFileSync(DEPENDENCIES_PAGE, await generateDependencies());
await writeBenchmarks();

for (const { path, text } of await generateDashboards()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
