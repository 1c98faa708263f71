/** A metric as metadata.yaml describes it, as far as its name in Prometheus depends on it. */
export interface NamedMetric {
  readonly unit: string;
  readonly sum?: { readonly monotonic: boolean };
}

const UNITS: Readonly<Record<string, string>> = { By: 'bytes', s: 'seconds' };

/**
 * Returns the name that an attribute has as a label.
 * https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function prometheusLabel(name: string): string {
  return name.replaceAll('.', '_');
}

/** Returns the name that a metric has in Prometheus: with its unit, and `total` if it only rises. */
export function prometheusMetric(name: string, { unit, sum }: NamedMetric): string {
  const suffix = unit === '1' && sum === undefined ? 'ratio' : UNITS[unit];
  return [prometheusLabel(name), suffix, sum?.monotonic && 'total'].filter(Boolean).join('_');
}
