import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { defaultDashboard, type Panel, type VariableModel } from '@grafana/schema';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { panelQueries } from '../support/dashboard-queries.js';
import { knownSeries } from '../support/known-series.js';
import { groupingLabels, promqlProblems } from '../support/promql.js';
import { repositoryPath } from '../support/repository.js';
import { DASHBOARDS, generateDashboards } from '../tools/dashboards/files.js';

const known = knownSeries();
const FOLDER = repositoryPath('otel-config/grafana/dashboards');

/** A duration as Grafana writes it, in seconds. */
const seconds = (text: string): number =>
  Number.parseInt(text, 10) * { s: 1, m: 60, h: 3600 }[text.at(-1) as 's' | 'm' | 'h'];

describe('the dashboards', () => {
  it('are what npm run generate makes of their descriptions', async () => {
    const made = await generateDashboards();
    assert.deepEqual(readdirSync(FOLDER).toSorted(), made.map(({ path }) => basename(path)).toSorted());
    for (const { path, text } of made) assert.equal(readFileSync(path, 'utf8'), text, 'out of date: npm run generate');
  });

  it('are given to Grafana by a file with the keys that it reads', () => {
    // pkg/services/provisioning/dashboards/types.go of grafana/grafana, version 1.
    const keys = 'name orgId folder folderUid type disableDeletion updateIntervalSeconds allowUiUpdates options'.split(
      ' ',
    );
    const { apiVersion, providers } = parse(
      readFileSync(repositoryPath('otel-config/grafana/dashboards.yaml'), 'utf8'),
    ) as { apiVersion: number; providers: readonly Record<string, unknown>[] };
    assert.equal(apiVersion, 1);
    assert.deepEqual(
      providers.flatMap((provider) => Object.keys(provider)).filter((key) => !keys.includes(key)),
      [],
    );
  });
});

for (const { dashboard } of DASHBOARDS) {
  const panels = (dashboard.panels ?? []) as readonly Panel[];
  const variables: readonly VariableModel[] = dashboard.templating?.list ?? [];

  describe(`the dashboard ${dashboard.uid}`, () => {
    it('is of the current schema', () => assert.equal(dashboard.schemaVersion, defaultDashboard.schemaVersion));

    it('is never refreshed more often than every 30 s', () => {
      const all = [dashboard.refresh!, ...dashboard.timepicker!.refresh_intervals!];
      assert.ok(
        all.every((each) => seconds(each) >= 30),
        all.join(),
      );
    });

    it('has panels that do not cover each other', () => {
      const taken = new Set<string>();
      for (const { title, gridPos } of panels) {
        const { x, y, w, h } = gridPos!;
        assert.ok(x + w <= 24, title);
        for (let row = y; row < y + h; row++) {
          for (let column = x; column < x + w; column++) {
            assert.ok(!taken.has(`${row} ${column}`), title);
            taken.add(`${row} ${column}`);
          }
        }
      }
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    });

    it('says of each panel what it shows', () => {
      for (const { title, description } of panels) assert.ok(description, title);
    });

    it('asks the data source that is chosen', () => {
      const all = [
        ...panels.map(({ datasource }) => datasource),
        ...variables.flatMap(({ datasource }) => datasource ?? []),
      ];
      for (const each of all) assert.deepEqual(each, { type: 'prometheus', uid: '${datasource}' });
    });

    it('offers values of labels that are there', () => {
      for (const { name, query } of variables.filter(({ type }) => type === 'query')) {
        const text = (query as { query: string }).query;
        const [, expr = '', label] = /^(?:label_values|query_result)\((.*?)(?:, (\w+))?\)$/.exec(text) ?? [];
        const selector = expr.replaceAll(/\$\w+/g, '.*');
        assert.deepEqual(
          promqlProblems(label === undefined ? selector : `group by (${label}) (${selector})`, known),
          [],
          name,
        );
      }
    });

    for (const { panel, expr, legend = '' } of panelQueries(dashboard)) {
      it(`asks for what there is: ${panel}: ${expr}`, () => {
        assert.doesNotMatch(expr, /\$/, 'a variable that is not defined');
        assert.deepEqual(promqlProblems(expr, known), []);
        // Recorded series keep all their labels.
        const has = groupingLabels(expr);
        for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g)) {
          assert.ok(has.includes(label) || !expr.includes('('), `${label} is gone`);
        }
      });
    }
  });
}
