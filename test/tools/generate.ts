import { writeFileSync } from 'node:fs';
import { GENERATED, generateMetadata } from './signal-metadata.js';

writeFileSync(GENERATED, await generateMetadata());
