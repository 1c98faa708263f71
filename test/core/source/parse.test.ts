import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'mocha';
import { repositoryPath } from '../../support/repository.js';
import { parseDump, parseUapi } from './parse.js';

const PARSERS = { uapi: parseUapi, 'wg-show': parseDump };

/** Above this, cutting a text at every byte takes too long. */
const CUT_BELOW = 4096;

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

for (const [kind, parse] of Object.entries(PARSERS)) {
  const folder = repositoryPath(`test/fixtures/${kind}`);
  const cases = readdirSync(folder).filter((file) => file.endsWith('.txt'));

  describe(`${kind} parser`, () => {
    it('has cases', () => assert.ok(cases.length >= 5));

    for (const file of cases) {
      const name = basename(file, '.txt');
      const text = readFileSync(`${folder}/${file}`);
      const expected: unknown = JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

      it(`reads ${name}`, () => assert.deepEqual(json(parse([text])), expected));

      if (text.length > CUT_BELOW) continue;
      it(`reads ${name} cut in two anywhere`, () => {
        const whole = JSON.stringify(parse([text]));
        for (let at = 0; at <= text.length; at++) {
          assert.equal(JSON.stringify(parse([text.subarray(0, at), text.subarray(at)])), whole, `cut at ${at}`);
        }
      }).timeout(30_000);

      it(`reads ${name} byte by byte`, () =>
        assert.deepEqual(json(parse(Array.from(text, (byte) => Buffer.of(byte)))), expected));
    }
  });
}
