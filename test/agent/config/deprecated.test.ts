import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DEPRECATED_EXPORTERS } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { repositoryPath } from '../../support/repository.js';
import { read } from './config.js';

const file = (id: string): string => `exporters: { ${id}: { endpoint: "http://localhost:4317" } }
service: { pipelines: { metrics: { receivers: [wireguard], exporters: [${id}] }, logs: { receivers: [wireguard], exporters: [${id}] } } }`;

describe('deprecated names', () => {
  for (const [old, now] of Object.entries(DEPRECATED_EXPORTERS)) {
    for (const name of ['', '/backup']) {
      it(`exporters.${old}${name} works as ${now}${name}, and one warning says so`, () => {
        const { warnings, ...configuration } = read(file(`${old}${name}`));
        assert.deepEqual(warnings, [`w.yaml:1:14 exporters.${old}${name}: ${old} is deprecated: use ${now}`]);
        const { warnings: none, ...expected } = read(file(`${now}${name}`));
        assert.deepEqual([configuration, none], [expected, []]);
      });
    }

    it(`exporters.${old} is in docs/upgrading.md`, () => {
      const page = readFileSync(repositoryPath('docs/upgrading.md'), 'utf8');
      assert.match(page, new RegExp(`^\\| \`exporters\\.${old}\` +\\| \`exporters\\.${now}\` +\\|$`, 'm'));
    });
  }
});
