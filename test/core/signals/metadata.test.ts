import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { METRICS } from '@wgotel/core';
import { describe, it } from 'mocha';
import { GENERATED, generateMetadata } from '../../tools/signal-metadata.js';

describe('metadata.yaml', () => {
  it('is what the generated TypeScript says', async () => {
    assert.equal(readFileSync(GENERATED, 'utf8'), await generateMetadata(), 'out of date: npm run generate');
  });

  it('has a row in the table of metrics for each metric, and no other', async () => {
    const named = [...(await generateMetadata()).matchAll(/^ {2}'([\w.]+)': \{$/gm)].map(([, name]) => name!);
    assert.deepEqual(METRICS.map(({ name }) => name).toSorted(), named.toSorted());
  });
});
