import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, type LogRecordProcessor, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { Attributes } from '@wgotel/core';
import type { Gatherer } from '../gathering/gatherer.js';

/** Makes the provider through which a receiver's events are gathered. It is registered nowhere. */
export function makeLoggerProvider(resource: Attributes, gatherer: Gatherer<ReadableLogRecord>): LoggerProvider {
  return new LoggerProvider({
    resource: resourceFromAttributes(resource),
    // Not what the environment says: no event of ours needs a limit.
    logRecordLimits: { attributeCountLimit: 128, attributeValueLengthLimit: Infinity },
    processors: [processorFor(gatherer)],
  });
}

function processorFor(gatherer: Gatherer<ReadableLogRecord>): LogRecordProcessor {
  return {
    onEmit: (record) => gatherer.add(record),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
