import type { Attributes, HrTime } from '@opentelemetry/api';
import type { Change, PeerHandshake } from '../../state/change.js';
import type { Disclosure } from '../disclosure.js';
import type { EventRecord } from '../events/event.js';
import { grouped } from '../events/grouping.js';
import { recordOf, summaryOf } from '../events/record.js';
import { ATTR_EVENTS_DROPPED, ATTR_PEER_HANDSHAKE_FIRST } from '../names.js';
import { MOST_EVENTS, type Session } from './session.js';

/** What a log record of the same would be called and say. */
export interface SpanEvent {
  readonly name: string;
  readonly attributes: Attributes;
  readonly time: HrTime;
}

/** The events of a session: its handshake first. */
export function* sessionEvents(session: Session, told: Disclosure): Generator<SpanEvent, void> {
  const { handshake, changes } = session;
  yield handshake === undefined ? unseenHandshake(session, told) : eventOf(handshake, told);
  for (const change of changes) yield eventOf(change, told);
}

/** Of a handshake before the first scrape, or of which nothing was kept, nobody knows whether it was the first. */
function unseenHandshake({ start, first, devicePublicKey }: Session, told: Disclosure): SpanEvent {
  const handshake: PeerHandshake = {
    type: 'peer.handshake',
    time: start,
    peer: first,
    devicePublicKey,
    previous: undefined,
  };
  const { name, attributes, time } = eventOf(handshake, told);
  const { [ATTR_PEER_HANDSHAKE_FIRST]: _, ...known } = attributes;
  return { name, attributes: known, time };
}

/** What is written of a scrape. */
export interface ScrapeSpan {
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** The changes that are on it. */
  readonly changes: readonly Change[];
}

/** The span of a scrape, for changes that no session holds. What happened alike to many peers is one event. */
export function scrapeSpan(outside: readonly Change[], previous: number, time: number, told: Disclosure): ScrapeSpan {
  const groups = grouped(outside);
  const written = groups.slice(0, MOST_EVENTS);
  const dropped = groups.length - written.length;
  return {
    start: Math.min(previous, time),
    end: time,
    attributes: dropped > 0 ? { [ATTR_EVENTS_DROPPED]: dropped } : {},
    events: written.map((group) => (group.length > 1 ? toSpanEvent(summaryOf(group, time)) : eventOf(group[0], told))),
    changes: written.flat(),
  };
}

function eventOf(change: Change, told: Disclosure): SpanEvent {
  return toSpanEvent(recordOf(change, change.time, undefined, told));
}

function toSpanEvent({ eventName, attributes, timestamp }: EventRecord): SpanEvent {
  return { name: eventName, attributes, time: timestamp };
}
