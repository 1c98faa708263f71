import type { Attributes } from '@wgotel/core';
import { DataPointType, type MetricData, type ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { familyOf, joined, labelText } from './names.js';
import type { Page } from './page.js';

/** Writes metrics of the SDK onto a page: sums, gauges and histograms with given boundaries. */
export function writeSelfMetrics(scopes: readonly ScopeMetrics[], page: Page): void {
  for (const { metrics } of scopes) for (const metric of metrics) writeMetric(metric, page);
}

function writeMetric(metric: MetricData, page: Page): void {
  const { dataPointType, descriptor, dataPoints } = metric;
  const kind = dataPointType === DataPointType.SUM && metric.isMonotonic ? 'counter' : 'gauge';
  const family = familyOf({ ...descriptor, kind });
  if (dataPointType === DataPointType.GAUGE || dataPointType === DataPointType.SUM) {
    const samples = page.samplesOf(family);
    for (const { attributes, value } of dataPoints) samples.add(labelText(attributes as Attributes), value);
  } else if (dataPointType === DataPointType.HISTOGRAM) {
    const samples = page.samplesOf({ ...family, type: 'histogram' });
    for (const { attributes, value } of metric.dataPoints) {
      const labels = labelText(attributes as Attributes);
      let count = 0;
      for (const [index, boundary] of [...value.buckets.boundaries, Infinity].entries()) {
        count += value.buckets.counts[index] ?? 0;
        samples.add(joined(labels, `le="${boundary === Infinity ? '+Inf' : boundary}"`), count, '_bucket');
      }
      samples.add(labels, value.sum ?? 0, '_sum');
      samples.add(labels, value.count, '_count');
    }
  }
}
