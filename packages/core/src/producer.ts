import type { CollectionResult, MetricProducer, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { runInSlices } from './model/slices.js';
import type { WireGuardReceiver } from './receiver/receiver.js';
import { MetricDataSink } from './signals/metric-data.js';
import { SCOPE } from './signals/names.js';

export { MetricDataSink };

/** The reader puts its provider's resource in the place of this one. */
const NO_RESOURCE: ResourceMetrics['resource'] = {
  attributes: {},
  getRawAttributes: () => [],
  merge: (other) => other ?? NO_RESOURCE,
};

/** Hands a receiver's metrics to a metric reader: `new PeriodicExportingMetricReader({ exporter, metricProducers:
 *  [createMetricProducer(receiver)] })`, with the receiver's `meterProvider: false`. Series have true start times and end
 *  with their peer; temporality is cumulative whatever the exporter prefers, and views do not apply.
 *
 *  It answers from the last scrape: it never rejects and never waits for WireGuard, as a producer that does either stops
 *  the whole reader. */
export function createMetricProducer(receiver: WireGuardReceiver): MetricProducer {
  return {
    async collect(): Promise<CollectionResult> {
      const sink = new MetricDataSink();
      const errors: unknown[] = [];
      try {
        await runInSlices(receiver.visitPoints(sink));
      } catch (error) {
        errors.push(error);
      }
      const scopeMetrics = sink.metrics.length === 0 ? [] : [{ scope: SCOPE, metrics: sink.metrics }];
      return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors };
    },
  };
}
