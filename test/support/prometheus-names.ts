import { familyOf } from '@wgotel/agent';

export { labelName as prometheusLabel } from '@wgotel/agent';

/** A metric as metadata.yaml describes it, as far as its name in Prometheus depends on it. */
export interface NamedMetric {
  readonly unit: string;
  readonly sum?: { readonly monotonic: boolean };
}

/** Returns the name that the agent gives a metric of metadata.yaml in Prometheus. */
export function prometheusMetric(name: string, { unit, sum }: NamedMetric): string {
  const kind = sum === undefined ? 'gauge' : sum.monotonic ? 'counter' : 'updowncounter';
  return familyOf({ name, unit, kind, description: '' }).name;
}
