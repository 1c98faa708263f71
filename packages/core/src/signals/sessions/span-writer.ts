import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type DiagLogger,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import type { SpanIds } from '../../model/tunnel.js';
import type { Disclosure } from '../disclosure.js';
import { hrTime } from '../hr-time.js';
import type { SessionIdGenerator } from './id-generator.js';
import { sessionIds } from './ids.js';
import type { Session, SessionEnd } from './session.js';
import { sessionAttributes } from './session-attributes.js';
import { sessionEvents, type ScrapeSpan, type SpanEvent } from './span-event.js';

/** Sessions whose spans are open at a time; a longer one's ids are not known before it is over. */
const MOST_OPEN = 500;

const MOST_SAID = 10;

/** Writes spans through a tracer. With a generator that the tracer's provider uses too, a session's span is made when the
 *  session is over, and has ids that are known before; without, it is open as long as the session. Nothing it does
 *  throws. */
export class SpanWriter {
  /** What spans say of keys and endpoints. */
  readonly told: Disclosure;
  readonly #tracer: Tracer;
  readonly #ids: SessionIdGenerator | undefined;
  readonly #log: DiagLogger;
  readonly #noTracer: 'info' | 'warn';
  readonly #open = new Map<Session, Span>();
  readonly #said = new Set<string>();
  /** Whether spans got the ids that they were told, and were sampled, as long as there was one to see. */
  #keepsIds = true;

  /** @param noTracer how to say that spans go nowhere */
  constructor(
    tracer: Tracer,
    ids: SessionIdGenerator | undefined,
    told: Disclosure,
    log: DiagLogger,
    noTracer: 'info' | 'warn',
  ) {
    this.told = told;
    this.#tracer = tracer;
    this.#ids = ids;
    this.#log = log;
    this.#noTracer = noTracer;
  }

  /** Takes note that a session will be written. Returns the ids of its span if its export is certain. */
  open(session: Session): SpanIds | undefined {
    if (this.#ids !== undefined) return this.#keepsIds ? this.#idsOf(session) : undefined;
    if (this.#open.size >= MOST_OPEN) return undefined;
    return this.#harmlessly(() => {
      const span = this.#start('wireguard.session', session.start, linksOf(session));
      if (!isSpanContextValid(span.spanContext())) return undefined;
      this.#open.set(session, span);
      return exported(span);
    });
  }

  /** Whether a session has a span that is open. */
  isOpen(session: Session): boolean {
    return this.#open.has(session);
  }

  /** Writes a session that is over. Returns the ids of its span if it is exported. */
  close(session: Session, end: SessionEnd): SpanIds | undefined {
    const open = this.#open.get(session);
    this.#open.delete(session);
    return this.#harmlessly(() => {
      const span = open ?? this.#startWhole(session);
      const ids = exported(span);
      try {
        // One that nobody records need not be told.
        if (span.isRecording()) fill(span, session, end, this.told);
      } finally {
        span.end(hrTime(end.time));
      }
      return ids;
    });
  }

  /** Writes what a scrape found. Returns the ids of the span if it is exported. */
  writeScrape({ start, end, attributes, events }: ScrapeSpan): SpanIds | undefined {
    return this.#harmlessly(() => {
      const span = this.#start('wireguard.scrape', start, []);
      span.setAttributes(attributes);
      for (const event of events) add(span, event);
      const ids = exported(span);
      span.end(hrTime(end));
      return ids;
    });
  }

  #startWhole(session: Session): Span {
    const start = (): Span => this.#start('wireguard.session', session.start, linksOf(session));
    if (this.#ids === undefined) return start();
    const ids = this.#idsOf(session);
    const span = this.#ids.use(ids, start);
    const given = exported(span);
    if (given?.traceId !== ids.traceId || given.spanId !== ids.spanId) {
      this.#keepsIds = false;
      if (!isSpanContextValid(span.spanContext())) return span;
      this.#say(
        'warn',
        'the tracer provider does not use the given idGenerator or leaves spans out: no span is referred to',
      );
    }
    return span;
  }

  /** Those that an agent after this one would find as well. */
  #idsOf({ devicePublicKey, last, start }: Session): SpanIds {
    return sessionIds(devicePublicKey, last.peer.publicKey, start, this.told.identity);
  }

  /** The application's own spans have nothing to do with it, nor has what it suppresses. Times are pairs, as an SDK may take
   *  plain numbers for time since the process began. */
  #start(name: string, startTime: number, links: Link[]): Span {
    const span = this.#tracer.startSpan(
      name,
      { kind: SpanKind.INTERNAL, root: true, startTime: hrTime(startTime), links },
      ROOT_CONTEXT,
    );
    if (!isSpanContextValid(span.spanContext())) {
      const message = 'there is no TracerProvider yet, so spans go nowhere: set one up before start(), or pass it in';
      this.#say(this.#noTracer, message);
    }
    return span;
  }

  #harmlessly(write: () => SpanIds | undefined): SpanIds | undefined {
    try {
      return write();
    } catch (error) {
      this.#say('warn', `a span could not be written: ${String(error)}`);
      return undefined;
    }
  }

  /** Once, and no more than a few things in all. */
  #say(level: 'info' | 'warn', message: string): void {
    if (this.#said.has(message) || this.#said.size >= MOST_SAID) return;
    this.#said.add(message);
    this.#log[level](message);
  }
}

function fill(span: Span, session: Session, end: SessionEnd, told: Disclosure): void {
  span.setAttributes(sessionAttributes(session, end, told));
  if (session.failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  for (const event of sessionEvents(session, told)) add(span, event);
}

function add(span: Span, { name, attributes, time }: SpanEvent): void {
  span.addEvent(name, attributes, time);
}

/** The ids of a span that will be exported. */
function exported(span: Span): SpanIds | undefined {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return span.isRecording() && (traceFlags & TraceFlags.SAMPLED) !== 0 ? { traceId, spanId } : undefined;
}

function linksOf({ predecessor }: Session): Link[] {
  return predecessor === undefined ? [] : [{ context: { ...predecessor, traceFlags: TraceFlags.SAMPLED } }];
}
