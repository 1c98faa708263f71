import { writeFileSync } from 'node:fs';
import { GENERATED, GENERATED_SIGNALS, generateMetadata, generateSignals } from './signal-metadata.js';

writeFileSync(GENERATED, await generateMetadata());
writeFileSync(GENERATED_SIGNALS, await generateSignals());
