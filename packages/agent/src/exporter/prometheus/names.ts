import type { Attributes, Metric } from '@wgotel/core';
import type { Family } from './family.js';

/** Words for units that have one; those in braces only say what is counted. */
const UNITS: Readonly<Record<string, string>> = { By: 'bytes', s: 'seconds' };

/** What a metric is in Prometheus: its name with the unit, and `total` if it only rises.
 *  Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ */
export function familyOf({
  name,
  unit,
  kind,
  description,
}: Pick<Metric, 'name' | 'unit' | 'kind' | 'description'>): Family {
  const word = unit === '1' && kind === 'gauge' ? 'ratio' : UNITS[unit];
  const parts = [labelName(name), word, kind === 'counter' ? 'total' : undefined];
  return {
    name: parts.filter((part) => part !== undefined).join('_'),
    type: kind === 'counter' ? 'counter' : 'gauge',
    help: description,
    unit: word,
  };
}

/** The name that an attribute has as a label. */
export function labelName(name: string): string {
  const legal = name.replaceAll(/[^a-zA-Z0-9_]+/g, '_');
  return /^\d/.test(legal) ? `key_${legal}` : legal;
}

/** Writes attributes as they stand between braces. Several that are one label share it, with semicolons between. */
export function labelText(attributes: Attributes): string {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(attributes)) {
    const label = labelName(name);
    const before = values.get(label);
    values.set(label, before === undefined ? String(value) : `${before};${value}`);
  }
  return labels(values);
}

/** Writes labels as they stand between braces. */
export function labels(values: Iterable<readonly [name: string, value: string]>): string {
  return Array.from(values, ([name, value]) => `${name}="${escapeLabel(value)}"`).join(',');
}

/** Puts texts of labels together; empty ones are none. */
export function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(',');
}

function escapeLabel(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}
