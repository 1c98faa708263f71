// Generated from packages/core/signals.yaml by `npm run generate`. Do not edit.
import type { MetricOptions } from '@opentelemetry/api';

/** Names of the metrics of the agent itself. */
export type SelfMetricName =
  | 'wgotel.events.dropped'
  | 'wgotel.exporter.items'
  | 'wgotel.exporter.produced'
  | 'wgotel.exporter.queue.items'
  | 'wgotel.exporter.queue.requests'
  | 'wgotel.exporter.queue.size'
  | 'wgotel.exporter.restored'
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
  'wgotel.exporter.produced': {
    unit: '{item}',
    description: 'Points, log records and spans that were to be sent since the start.',
  },
  'wgotel.exporter.queue.items': { unit: '{item}', description: 'Points, log records and spans that wait to be sent.' },
  'wgotel.exporter.queue.requests': { unit: '{request}', description: 'Requests that wait to be sent.' },
  'wgotel.exporter.queue.size': { unit: 'By', description: 'What waits to be sent, in memory or as it is on disk.' },
  'wgotel.exporter.restored': {
    unit: '{item}',
    description: 'Points, log records and spans that were found on disk, left there by an agent before this one.',
  },
  'wgotel.process.memory.usage': { unit: 'By', description: 'Resident memory of the agent.' },
  'wgotel.scrape.duration': { unit: 's', description: 'How long a scrape took, from reading to handing over.' },
  'wgotel.scrape.skipped': {
    unit: '{scrape}',
    description: 'Scrapes left out because the one before was still under way.',
  },
};
