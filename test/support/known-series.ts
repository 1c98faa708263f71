import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { METADATA } from '../tools/signal-metadata.js';
import { prometheusLabel, prometheusMetric, type NamedMetric } from './prometheus-names.js';
import { groupingLabels } from './promql.js';
import { repositoryPath } from './repository.js';

export const RECORDING_RULES = 'otel-config/prometheus/wgotel.recording.yaml';
export const ALERT_RULES = 'otel-config/prometheus/wgotel.rules.yaml';

/** A file of rules as far as tests look at it. */
export interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Lists the rules of a file, which is given relative to the repository. */
export function readRules(path: string): Rule[] {
  const { groups } = parse(readFileSync(repositoryPath(path), 'utf8')) as RuleFile;
  return groups.flatMap(({ rules }) => rules);
}

/** Labels that say which agent it is: every series has them. */
const OF_AGENT = ['job', 'instance', 'host_name'];

/** What others count, which the rules read too. */
const OF_OTHERS: readonly (readonly [string, readonly string[]])[] = [
  ...['receive_errs', 'transmit_errs', 'receive_drop', 'transmit_drop'].map(
    (what) => [`node_network_${what}_total`, ['device']] as const,
  ),
  ['system_network_errors_total', ['device', 'direction']],
  ['system_network_dropped_total', ['device', 'direction']],
  ['ALERTS', ['alertname', 'alertstate', 'severity']],
];

type Described = Readonly<Record<string, NamedMetric & { readonly attributes: readonly string[] }>>;

function readOwn(): [string, string[]][] {
  const scraped = (parse(readFileSync(METADATA, 'utf8')) as { metrics: Described }).metrics;
  return Object.entries(scraped).map(([name, of]) => [
    prometheusMetric(name, of),
    [...of.attributes, 'otel.metric.overflow'].map(prometheusLabel),
  ]);
}

interface OfAgent {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly unit: string;
  readonly attributes: readonly string[];
}

function readOfAgent(): [string, string[]][] {
  const signals = parse(readFileSync(repositoryPath('packages/core/signals.yaml'), 'utf8')) as {
    metrics: Readonly<Record<string, OfAgent>>;
  };
  return Object.entries(signals.metrics).flatMap(([name, { kind, unit, attributes }]) => {
    const base = prometheusMetric(name, { unit, ...(kind === 'counter' && { sum: { monotonic: true } }) });
    const labels = attributes.map(prometheusLabel);
    if (kind !== 'histogram') return [[base, labels]];
    return ['bucket', 'sum', 'count'].map((part): [string, string[]] => [`${base}_${part}`, [...labels, 'le']]);
  });
}

/** The labels of every series that a query may ask Prometheus for, by its name. */
export function knownSeries(): Map<string, Set<string>> {
  const known = new Map<string, Set<string>>();
  for (const [name, labels] of [...readOwn(), ...readOfAgent(), ...OF_OTHERS]) {
    known.set(name, new Set([...OF_AGENT, ...labels]));
  }
  for (const { record, expr } of readRules(RECORDING_RULES)) {
    const source = [...known.keys()].find((name) => name.includes(':') && expr.includes(name));
    known.set(record!, source === undefined ? new Set(groupingLabels(expr)) : known.get(source)!);
  }
  return known;
}
