import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { after, before, describe, it } from 'mocha';
import { parse } from 'yaml';
import { ALERT_RULES, readRules, RECORDING_RULES } from '../support/known-series.js';
import { repositoryPath } from '../support/repository.js';

const TESTS = (await readdir(repositoryPath('test/rules'))).filter((name) => name.endsWith('.yaml'));

/** A file of `promtool test rules`, as far as it is looked at. */
interface RuleTests {
  readonly tests: readonly {
    readonly name: string;
    readonly promql_expr_test: readonly { readonly exp_samples: readonly object[] }[];
  }[];
}

const all = parse(await readFile(repositoryPath('test/rules/alerts.yaml'), 'utf8')) as RuleTests;

describe('promtool', () => {
  it('takes the rules and the configuration of Prometheus', async () => {
    await execa('promtool', ['check', 'rules', ...[RECORDING_RULES, ALERT_RULES].map((path) => repositoryPath(path))]);
    await execa('promtool', ['check', 'config', repositoryPath('otel-config/prometheus/prometheus.yaml')]);
  });

  for (const name of TESTS) {
    it(`finds that alerts fire and clear as ${name} says`, () =>
      execa('promtool', ['test', 'rules', repositoryPath(`test/rules/${name}`)]));
  }
});

describe('the tests of an alert', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wgotel-rules-'));
    await cp(repositoryPath('otel-config/prometheus'), join(folder, 'otel-config/prometheus'), { recursive: true });
    await mkdir(join(folder, 'test/rules'), { recursive: true });
  });
  after(() => rm(folder, { recursive: true }));

  const rules = readRules(ALERT_RULES);
  for (const { alert = '' } of rules) {
    const own = { ...all, tests: all.tests.filter(({ name }) => name.startsWith(alert)) };

    it(`see it not firing, firing and clearing: ${alert}`, () => {
      const fires = own.tests.map((test) => test.promql_expr_test.map(({ exp_samples }) => exp_samples.length > 0));
      assert.deepEqual(fires, [[false, true, false]]);
    });

    it(`notice that it never fires, or always: ${alert}`, async () => {
      const tests = join(folder, 'test/rules/own.yaml');
      await writeFile(tests, JSON.stringify(own));
      for (const expr of ['vector(1) > 1', 'vector(1)']) {
        const changed = rules.map((rule) => (rule.alert === alert ? { ...rule, expr, for: '0s' } : rule));
        await writeFile(join(folder, ALERT_RULES), JSON.stringify({ groups: [{ name: 'wgotel', rules: changed }] }));
        await assert.rejects(execa('promtool', ['test', 'rules', tests], { all: true }), /FAILED:/);
      }
    });
  }
});
