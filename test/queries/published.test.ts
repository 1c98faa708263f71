import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { promqlProblems } from '../support/promql.js';
import { PUBLISHED } from '../support/published-queries.js';

describe('published queries', () => {
  for (const { what, queries, ofSilent = [], metrics } of PUBLISHED) {
    const known = new Map(
      Object.entries(metrics).map(([name, labels]) => [name, new Set([...labels, 'job', 'instance'])]),
    );
    for (const query of [...queries, ...ofSilent]) {
      it(`of ${what} ask for what is listed: ${query}`, () => assert.deepEqual(promqlProblems(query, known), []));
    }
  }
});
