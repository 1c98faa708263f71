import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { ALERT_RULES, knownSeries, readRules, RECORDING_RULES } from '../support/known-series.js';
import { promqlProblems } from '../support/promql.js';
import { repositoryPath } from '../support/repository.js';

const known = knownSeries();
const LOKI_RULES = 'otel-config/loki/wgotel.rules.yaml';
const runbooks = readFileSync(repositoryPath('docs/runbooks.md'), 'utf8');

describe('the rules for Prometheus', () => {
  for (const { record, alert, expr } of [RECORDING_RULES, ALERT_RULES].flatMap(readRules)) {
    it(`ask for what there is: ${alert ?? record}`, () => assert.deepEqual(promqlProblems(expr, known), []));
  }

  for (const [query, problem] of [
    ['wireguard_peer_up == 0', 'no series wireguard_peer_up'],
    ['wireguard_device_up_ratio{wireguard_peer_id="x"}', 'wireguard_device_up_ratio has no wireguard_peer_id'],
    ['sum by (wireguard_peer_id) (wireguard_device_up_ratio)', 'nothing asked for has wireguard_peer_id'],
    ['sum by (job (wireguard_device_up_ratio)', 'promql at'],
    ['time()', 'asks for nothing'],
  ] as const) {
    it(`would not be taken: ${query}`, () => {
      const problems = promqlProblems(query, known);
      assert.ok(
        problems.some((each) => each.startsWith(problem)),
        problems.join('\n'),
      );
    });
  }
});

describe('every alert', () => {
  for (const { alert, annotations, labels } of [ALERT_RULES, LOKI_RULES].flatMap(readRules)) {
    it(`has a severity and a runbook: ${alert}`, () => {
      assert.match(labels?.['severity'] ?? '', /^(critical|warning|info)$/);
      const [, page, anchor = ''] = /\/blob\/main\/(.*)#(.*)$/.exec(annotations?.['runbook_url'] ?? '') ?? [];
      assert.equal(page, 'docs/runbooks.md');
      assert.equal(anchor, alert?.toLowerCase());
      const [, text = ''] = runbooks.split(`\n## ${alert}\n`);
      const [own = ''] = text.split('\n## ');
      for (const part of ['**Means.**', '**Not a fault.**', '**Do.**'])
        assert.ok(own.includes(part), `${part} missing`);
    });
  }
});

describe('docs/alerts.md', () => {
  it('lists every alert for Prometheus, with its severity', () => {
    const text = readFileSync(repositoryPath('docs/alerts.md'), 'utf8');
    const listed = [...text.matchAll(/^\| `(WireGuard\w+)` +\| (\w+)/gm)].map(([, alert, severity]) => ({
      alert,
      severity,
    }));
    const given = readRules(ALERT_RULES).map(({ alert, labels }) => ({ alert, severity: labels?.['severity'] }));
    assert.deepEqual(listed, given);
  });
});
