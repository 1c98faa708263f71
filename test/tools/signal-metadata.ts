import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { repositoryPath } from '../support/repository.js';

/** Where the metrics and events are described, in the form of the Collector's mdatagen. */
export const METADATA = repositoryPath('packages/core/metadata.yaml');

/** What TypeScript has of the metrics. */
export const GENERATED = repositoryPath('packages/core/src/signals/metadata.ts');

/** What TypeScript has of the events. */
export const GENERATED_EVENTS = repositoryPath('packages/core/src/signals/events/metadata.ts');

interface Metadata {
  readonly attributes: Readonly<Record<string, { readonly requirement_level: string }>>;
  readonly metrics: Readonly<Record<string, MetricEntry>>;
  readonly events: Readonly<Record<string, EventEntry>>;
}

interface EventEntry {
  readonly enabled: boolean;
  readonly description: string;
  readonly attributes: readonly string[];
}

interface MetricEntry {
  readonly enabled: boolean;
  readonly description: string;
  readonly unit: string;
  readonly gauge?: { readonly value_type: string };
  readonly sum?: { readonly value_type: string; readonly monotonic: boolean };
  readonly attributes: readonly string[];
}

function readMetadata(): Metadata {
  return parse(readFileSync(METADATA, 'utf8')) as Metadata;
}

/** Writes the TypeScript that goes with the metrics of metadata.yaml. */
export async function generateMetadata(): Promise<string> {
  const { attributes, metrics } = readMetadata();
  const entries = Object.entries(metrics).map(
    ([name, { enabled, description, unit, gauge, sum, attributes: names }]) => [
      name,
      {
        kind: sum === undefined ? 'gauge' : sum.monotonic ? 'counter' : 'updowncounter',
        unit,
        description,
        valueType: (sum ?? gauge)!.value_type,
        enabled,
        attributes: names.map((each) => ({ name: each, requirement: attributes[each]!.requirement_level })),
      },
    ],
  );
  const text = `// Generated from metadata.yaml by \`npm run generate\`. Do not edit.
import type { Metric } from './metric.js';

/** Names of the metrics. */
export type MetricName = ${Object.keys(metrics)
    .map((name) => `'${name}'`)
    .join(' | ')};

/** What metadata.yaml says of each metric. */
export const METADATA: Readonly<Record<MetricName, Omit<Metric, 'name'>>> = ${JSON.stringify(Object.fromEntries(entries))};
`;
  return format(text, { ...(await resolveConfig(GENERATED)), parser: 'typescript' });
}

/** Writes the TypeScript that goes with the events of metadata.yaml. */
export async function generateEvents(): Promise<string> {
  const { events } = readMetadata();
  const entries = Object.entries(events).map(([name, { description, enabled, attributes }]) => [
    name,
    { description, enabled, attributes },
  ]);
  const text = `// Generated from metadata.yaml by \`npm run generate\`. Do not edit.
import type { EventMetadata } from './event.js';

/** Names of the events. */
export type EventName = ${Object.keys(events)
    .map((name) => `'${name}'`)
    .join(' | ')};

/** What metadata.yaml says of each event. */
export const EVENT_METADATA: Readonly<Record<EventName, EventMetadata>> = ${JSON.stringify(Object.fromEntries(entries))};
`;
  return format(text, { ...(await resolveConfig(GENERATED_EVENTS)), parser: 'typescript' });
}

/** Where the agent's own metrics are described. */
export const SIGNALS = repositoryPath('packages/core/signals.yaml');

/** What TypeScript has of that. */
export const GENERATED_SIGNALS = repositoryPath('packages/agent/src/self-metrics/metadata.ts');

/** What signals.yaml says. */
export interface Signals {
  readonly attributes: Readonly<Record<string, { readonly description: string }>>;
  readonly metrics: Readonly<
    Record<string, { kind: string; description: string; unit: string; attributes: readonly string[] }>
  >;
  /** Without a kind: of any. */
  readonly spans: Readonly<Record<string, { kind?: string; description: string; attributes: readonly string[] }>>;
}

export function readSignals(): Signals {
  return parse(readFileSync(SIGNALS, 'utf8')) as Signals;
}

/** Writes the TypeScript that goes with signals.yaml. */
export async function generateSignals(): Promise<string> {
  const { metrics } = readSignals();
  const options = Object.entries(metrics).map(([name, { description, unit }]) => [name, { unit, description }]);
  const text = `// Generated from packages/core/signals.yaml by \`npm run generate\`. Do not edit.
import type { MetricOptions } from '@opentelemetry/api';

/** Names of the metrics of the agent itself. */
export type SelfMetricName = ${Object.keys(metrics)
    .map((name) => `'${name}'`)
    .join(' | ')};

/** What signals.yaml says of each. */
export const SELF_METRICS: Readonly<Record<SelfMetricName, MetricOptions>> = ${JSON.stringify(Object.fromEntries(options))};
`;
  return format(text, { ...(await resolveConfig(GENERATED_SIGNALS)), parser: 'typescript' });
}
