import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  TracerProvider,
  type IdGenerator,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import type { Attributes } from '@wgotel/core';
import type { Gatherer } from '../gathering/gatherer.js';

/** A session has 100 span events at most, and a summary of those that were more. */
const MOST_EVENTS = 128;

/** Makes the provider through which a receiver's session spans are gathered. It is registered nowhere.
 *
 *  @param idGenerator gives sessions the ids that follow from them */
export function makeTracerProvider(
  resource: Attributes,
  gatherer: Gatherer<ReadableSpan>,
  idGenerator?: IdGenerator,
): TracerProvider {
  return new TracerProvider({
    resource: resourceFromAttributes(resource),
    // Not what the environment says.
    sampler: new AlwaysOnSampler(),
    spanLimits: {
      eventCountLimit: MOST_EVENTS,
      linkCountLimit: MOST_EVENTS,
      attributeCountLimit: 128,
      attributePerEventCountLimit: 128,
      attributePerLinkCountLimit: 128,
      attributeValueLengthLimit: Infinity,
    },
    spanProcessors: [processorFor(gatherer)],
    ...(idGenerator && { idGenerator }),
  });
}

function processorFor(gatherer: Gatherer<ReadableSpan>): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: (span) => gatherer.add(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
