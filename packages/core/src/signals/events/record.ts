import { ROOT_CONTEXT, trace, TraceFlags, type Context } from '@opentelemetry/api';
import type { SpanIds } from '../../model/tunnel.js';
import type { Change } from '../../state/change.js';
import { ATTR_DEVICE_NETNS, ATTR_NETWORK_INTERFACE_NAME, ATTR_SUMMARY_EVENT, ATTR_SUMMARY_PEERS } from '../names.js';
import { hrTime } from '../hr-time.js';
import { deviceOf, identityOf, seriesOf, subjectOf } from './attributes.js';
import { definitionOf, eventNameOf, SUMMARY } from './definitions.js';
import type { Disclosure } from '../disclosure.js';
import type { EventRecord } from './event.js';
import type { Group } from './grouping.js';

/** Makes the record of a change.
 *
 *  @param observed when the scrape found it, in milliseconds since the epoch
 *  @param span the span it is part of. `undefined`: none */
export function recordOf(change: Change, observed: number, span: SpanIds | undefined, told: Disclosure): EventRecord {
  const { severity, facts, details, happened, detail } = definitionOf(change);
  return {
    eventName: eventNameOf(change.type),
    timestamp: hrTime(change.time),
    observedTimestamp: hrTime(observed),
    severityNumber: severity(change),
    body: `${subjectOf(change)} ${happened(change)}${detail?.(change, told) ?? ''}`,
    attributes: { ...identityOf(change, told), ...facts?.(change), ...details?.(change, told) },
    context: contextOf(span),
  };
}

/** Makes the one record of many peers that changed alike: what they have in common, and when the last of them did. */
export function summaryOf(group: Group, observed: number): EventRecord {
  const [first] = group;
  const { severity, facts, happened } = definitionOf(first);
  const series = seriesOf(first)!;
  return {
    eventName: SUMMARY,
    timestamp: hrTime(group.reduce((latest, { time }) => Math.max(latest, time), first.time)),
    observedTimestamp: hrTime(observed),
    severityNumber: severity(first),
    body: `${group.length} peers of ${deviceOf(series)} ${happened(first)}`,
    attributes: {
      [ATTR_NETWORK_INTERFACE_NAME]: series.device,
      ...(series.netns !== undefined && { [ATTR_DEVICE_NETNS]: series.netns }),
      [ATTR_SUMMARY_EVENT]: eventNameOf(first.type),
      [ATTR_SUMMARY_PEERS]: group.length,
      ...facts?.(first),
    },
    context: ROOT_CONTEXT,
  };
}

/** Not the active context: a scrape is nothing that the application does. */
function contextOf(span: SpanIds | undefined): Context {
  if (span === undefined) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...span, traceFlags: TraceFlags.SAMPLED });
}
