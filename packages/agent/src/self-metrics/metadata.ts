// Generated from packages/core/signals.yaml by `npm run generate`. Do not edit.
import type { MetricOptions } from '@opentelemetry/api';

/** Names of the metrics of the agent itself. */
export type SelfMetricName =
  | 'wgotel.events.dropped'
  | 'wgotel.exporter.items'
  | 'wgotel.exporter.queue.size'
  | 'wgotel.process.memory.usage'
  | 'wgotel.scrape.duration'
  | 'wgotel.scrape.skipped';

/** What signals.yaml says of each. */
export const SELF_METRICS: Readonly<Record<SelfMetricName, MetricOptions>> = {
  'wgotel.events.dropped': {
    unit: '{event}',
    description: 'Events that were left out because there were too many at once.',
  },
  'wgotel.exporter.items': {
    unit: '{item}',
    description: 'Points, log records and spans that were sent; those that were dropped carry error.type.',
  },
  'wgotel.exporter.queue.size': { unit: 'By', description: 'What waits to be sent.' },
  'wgotel.process.memory.usage': { unit: 'By', description: 'Resident memory of the agent.' },
  'wgotel.scrape.duration': { unit: 's', description: 'How long a scrape took, from reading to handing over.' },
  'wgotel.scrape.skipped': {
    unit: '{scrape}',
    description: 'Scrapes left out because the one before was still under way.',
  },
};
