import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { COLLECTOR_KEYS, type Treatment } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { format, resolveConfig } from 'prettier';
import { repositoryPath } from '../../support/repository.js';

const PATH = repositoryPath('docs/configuration.md');
const SECTION = /(<!-- keys:[^>]*-->\n)[^]*(<!-- \/keys -->)/;

/** Every key once, with what becomes of it in each exporter that has it. */
function table(): string {
  const keys = new Set(Object.values(COLLECTOR_KEYS).flatMap((known) => Object.keys(known)));
  const rows = [...keys].map((key) => {
    const [first] = Object.entries(COLLECTOR_KEYS).flatMap(([type, known]) =>
      known[key] ? [{ type, is: known[key] }] : [],
    );
    const everywhere = Object.values(COLLECTOR_KEYS).every((known) => known[key] !== undefined);
    return `| \`${key}\` | ${everywhere ? 'both' : `\`${first!.type}\``} | ${words(first!.is)} |`;
  });
  return ['| key | exporter | here |', '| --- | --- | --- |', ...rows].join('\n');
}

function words(treatment: Treatment): string {
  if (treatment.is !== 'supported') return `${treatment.is}: ${treatment.reason}`;
  return treatment.note === undefined ? 'supported' : `supported: ${treatment.note}`;
}

describe('docs/configuration.md', () => {
  it('has the table of the Collector’s keys', async () => {
    const text = readFileSync(PATH, 'utf8');
    const options = { ...(await resolveConfig(PATH)), parser: 'markdown' };
    const current = await format(text.replace(SECTION, `$1\n${table()}\n\n$2`), options);
    if (process.env['UPDATE_GOLDEN'] === '1' && !process.env['CI']) writeFileSync(PATH, current);
    assert.equal(text, current, 'docs/configuration.md is out of date: npm run golden:update');
  });
});
