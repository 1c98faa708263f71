import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { parse } from 'yaml';
import { prometheusLabel, prometheusMetric, type NamedMetric } from '../../support/prometheus-names.js';
import { GRAMMARS, syntaxErrors } from '../../support/query-language.js';
import { repositoryPath } from '../../support/repository.js';
import { METADATA } from '../../tools/signal-metadata.js';

interface Metadata {
  readonly attributes: Readonly<Record<string, object>>;
  readonly metrics: Readonly<Record<string, NamedMetric & { readonly attributes: readonly string[] }>>;
  readonly events?: Readonly<Record<string, object>>;
}

const read = (path: string): string => readFileSync(repositoryPath(path), 'utf8');
const metadata = parse(readFileSync(METADATA, 'utf8')) as Metadata;
const metrics = new Map(Object.entries(metadata.metrics).map(([name, of]) => [prometheusMetric(name, of), of]));
const names = new Set(
  [metadata.attributes, metadata.metrics, metadata.events ?? {}].flatMap((some) => Object.keys(some)),
);
const labels = new Set([...names].map(prometheusLabel));
const SPANS = ['wireguard.session', 'wireguard.scrape'];

/** The names in a query that nothing has. Those of events count only where metadata.yaml describes events. */
function unknownNames(query: string): string[] {
  const dotted = (query.match(/wireguard(\.[a-z_]+)+/g) ?? []).filter(
    (name) => metadata.events !== undefined && !SPANS.includes(name) && !names.has(name),
  );
  const underscored = query.match(/\bwireguard(_[a-z]+)+/g) ?? [];
  const isKnown = (name: string): boolean =>
    metrics.has(name) || (metadata.events === undefined && !/_(total|seconds|bytes)$/.test(name)) || labels.has(name);
  return [...dotted, ...underscored.filter((name) => !isKnown(name))];
}

function assertQuery(language: string, query: string): void {
  assert.deepEqual([...syntaxErrors(language, query), ...unknownNames(query)], []);
}

describe('the queries of docs/backends.md', () => {
  const found = [...read('docs/backends.md').matchAll(/^```(traceql|logql|promql)\n(.*?)^```/gms)];

  it('are there in each language', () => {
    assert.deepEqual(new Set(found.map(([, language]) => language)), new Set(Object.keys(GRAMMARS)));
  });

  for (const [, language = '', text = ''] of found) {
    it(`hold: ${text.trim()}`, () => assertQuery(language, text.trim()));
  }

  for (const [language, query] of [
    ['traceql', '{ name = }'],
    ['logql', '{service_name="wgotel"} | event_name='],
    ['promql', 'sum by (wireguard_peer_io_bytes_total)'],
    ['promql', 'wireguard_peer_io_total'],
  ] as const) {
    it(`would not hold: ${query}`, () => assert.throws(() => assertQuery(language, query)));
  }
});

interface DataSource {
  readonly uid: string;
  readonly type: string;
  readonly jsonData: {
    readonly tracesToMetrics?: {
      readonly tags: readonly Tag[];
      readonly queries: readonly { readonly query: string }[];
    };
    readonly tracesToLogsV2?: { readonly tags: readonly Tag[]; readonly query: string };
  };
}

interface Tag {
  readonly key: string;
  readonly value: string;
}

describe('otel-config/grafana/datasources.yaml', () => {
  const text = read('otel-config/grafana/datasources.yaml');
  const { apiVersion, datasources } = parse(text) as { apiVersion: number; datasources: readonly DataSource[] };
  const { tracesToMetrics, tracesToLogsV2 } = datasources.find(({ type }) => type === 'tempo')!.jsonData;
  /** What Grafana makes of it: `$$` is `$`, and `$__tags` the tags that a span has. */
  const filled = (query: string, tags: readonly Tag[]): string =>
    query
      .replaceAll('$$', '$')
      .replace('$__tags', tags.map(({ value }) => `${value}="x"`).join(', '))
      .replaceAll(/\$\{__span\.tags\["([^"]*)"\]\}/g, 'x');

  it('has the keys that Grafana reads', () => {
    // pkg/services/provisioning/datasources/types.go of grafana/grafana, version 1.
    const known = `orgId version name type access url user database basicAuth basicAuthUser withCredentials isDefault
      correlations jsonData secureJsonData editable uid`.split(/\s+/);
    assert.equal(apiVersion, 1);
    assert.deepEqual(
      datasources.flatMap((source) => Object.keys(source)).filter((key) => !known.includes(key)),
      [],
    );
  });

  it('leads to data sources that are in it', () => {
    const uids = datasources.map(({ uid }) => uid);
    const targets = [...text.matchAll(/datasourceUid: (\w+)/g)].map(([, uid = '']) => uid);
    assert.deepEqual(
      targets.filter((uid) => !uids.includes(uid)),
      [],
    );
    assert.deepEqual(new Set(targets), new Set(uids));
  });

  it('escapes every dollar, which Grafana would take for the environment', () => {
    assert.doesNotMatch(text.replaceAll('$$', '').replace(/^#.*/gm, ''), /\$/);
  });

  it('asks for metrics that have the attributes of the span', () => {
    const { queries = [], tags = [] } = tracesToMetrics ?? {};
    assert.ok(queries.length > 0 && tags.length > 0);
    for (const { query } of queries) {
      assertQuery('promql', filled(query, tags));
      const [metric = ''] = /wireguard_\w+(?=\{)/.exec(query) ?? [];
      const { attributes = [] } = metrics.get(metric) ?? {};
      for (const { key, value } of tags) {
        assert.ok(attributes.includes(key), `${metric} has no ${key}`);
        assert.equal(value, prometheusLabel(key));
      }
      for (const [label] of query.matchAll(/\b(network|error)_\w+/g)) {
        assert.ok(
          attributes.some((name) => prometheusLabel(name) === label),
          `${metric} has no ${label}`,
        );
      }
    }
  });

  it('asks for events by an attribute of the span', () => {
    const { query = '', tags = [] } = tracesToLogsV2 ?? {};
    assertQuery('logql', filled(query, tags));
    for (const { key, value } of tags) {
      assert.equal(value, prometheusLabel(key));
      assert.match(query, new RegExp(`${value}="\\$\\$\\{__span\\.tags\\["${key.replaceAll('.', '\\.')}"\\]\\}"`));
    }
  });
});

describe('otel-config/jaeger-ui.json', () => {
  const { linkPatterns } = JSON.parse(read('otel-config/jaeger-ui.json')) as {
    linkPatterns: { key: string; url: string }[];
  };

  for (const { key, url } of linkPatterns) {
    it(`has a link for ${key} that asks for what there is`, () => {
      const parameters = new URL(url.replace(/#\{[^}]*\}/g, 'x'), 'http://localhost').searchParams;
      assert.ok(url.includes(`#{${key}}`));
      const query = parameters.get('g0.expr');
      if (query === null) assert.deepEqual(JSON.parse(parameters.get('tags') ?? ''), { [key]: 'x' });
      else assertQuery('promql', query);
    });
  }
});

describe('otel-config/tempo.yaml', () => {
  const { overrides } = parse(read('otel-config/tempo.yaml')) as {
    overrides: { defaults: { metrics_generator: { processors: string[]; processor: Record<string, Policies> } } };
  };
  interface Policies {
    readonly filter_policies: readonly { readonly exclude: { readonly attributes: readonly Tag[] } }[];
  }

  it('leaves the spans of wgotel out of every processor, and no others', () => {
    const { processors, processor } = overrides.defaults.metrics_generator;
    for (const name of processors) {
      const [policy, ...more] = processor[name.replace('-', '_')]!.filter_policies;
      assert.equal(more.length, 0);
      const { key, value } = policy!.exclude.attributes[0]!;
      assert.equal(key, 'name');
      const left = [...SPANS, 'GET /', 'my.wireguard.span'].filter((span) => !new RegExp(value).test(span));
      assert.deepEqual(left, ['GET /', 'my.wireguard.span']);
    }
  });
});
