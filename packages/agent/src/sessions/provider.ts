import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  SamplingDecision,
  TracerProvider,
  type IdGenerator,
  type ReadableSpan,
  type Sampler,
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
    sampler: samplerFor(gatherer),
    // Not what the environment says.
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

/** Everything is sampled, as long as there is somewhere to send it: a span that nobody gets must not be linked to. */
function samplerFor(gatherer: Gatherer<ReadableSpan>): Sampler {
  return {
    shouldSample: () => ({
      decision: gatherer.wanted ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
    }),
    toString: () => 'WhileWanted',
  };
}

function processorFor(gatherer: Gatherer<ReadableSpan>): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: (span) => gatherer.add(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}
