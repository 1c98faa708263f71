import type { DiagLogger } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { ReadableSpan, Sampler } from '@opentelemetry/sdk-trace-node';
import {
  Disclosure,
  followSessions,
  runAtOnce,
  SessionIdGenerator,
  Tracker,
  type Change,
  type Device,
  type EndpointMode,
  type Frame,
  type Identity,
  type SessionMode,
  type SessionTracker,
  type SpanIds,
} from '@wgotel/core';
import { withChanges } from './scripted-changes.js';
import { advance, EPOCH, snapshot } from './snapshots.js';

export interface HistoryOptions {
  readonly mode: SessionMode;
  /** Whether spans are open as long as sessions, by a provider with ids of its own. */
  readonly live?: boolean;
  readonly sampler?: Sampler;
  /** Of every peer. Default: none. */
  readonly name?: string;
  readonly identity?: Identity;
  readonly endpoints?: EndpointMode;
}

/** A scripted history of devices, its sessions followed with the real SDK. */
export class SessionHistory {
  readonly exporter: InMemorySpanExporter = new InMemorySpanExporter();
  readonly warnings: string[] = [];
  readonly #tracker: Tracker;
  readonly #options: HistoryOptions;
  sessions: SessionTracker;
  frame: Frame | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
    const { name, identity } = options;
    this.#tracker = new Tracker({ collectionInterval: 15_000, peerLimit: Infinity, names: () => name, identity });
    this.sessions = this.#follow();
  }

  /** What was exported so far, in the order in which it began. */
  get spans(): ReadableSpan[] {
    return this.exporter.getFinishedSpans().toSorted((a, b) => startOf(a) - startOf(b));
  }

  get exportedSessions(): ReadableSpan[] {
    return this.spans.filter(({ name }) => name === 'wireguard.session');
  }

  /** @param more changes that nothing in the devices shows */
  scrape(seconds: number, devices: readonly Device[], more: (frame: Frame) => readonly Change[] = () => []): Frame {
    const frame = advance(this.#tracker, snapshot(seconds, devices));
    return this.take(withChanges(this.frame, frame, more(frame)));
  }

  take(frame: Frame): Frame {
    this.frame = frame;
    runAtOnce(this.sessions.advance(frame));
    return frame;
  }

  /** Another process goes on from here: the devices are what they were, and of sessions nothing is known. */
  restart(): void {
    this.sessions = this.#follow();
  }

  #follow(): SessionTracker {
    const idGenerator = new SessionIdGenerator();
    const { mode, live = false, sampler } = this.#options;
    const provider = new NodeTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(this.exporter)],
      ...(!live && { idGenerator }),
      ...(sampler !== undefined && { sampler }),
    });
    const warn = (message: string): number => this.warnings.push(message);
    const log = { warn, error: warn } as unknown as DiagLogger;
    const told = new Disclosure(this.#options.identity, this.#options.endpoints);
    return followSessions({ mode, idGenerator: live ? undefined : idGenerator }, provider, log, told)!;
  }
}

/** In seconds after {@link EPOCH}. */
export function startOf({ startTime }: ReadableSpan): number {
  return startTime[0] + startTime[1] / 1e9 - EPOCH / 1000;
}

/** In seconds after {@link EPOCH}. */
export function endOf({ endTime }: ReadableSpan): number {
  return endTime[0] + endTime[1] / 1e9 - EPOCH / 1000;
}

export function idsOf(span: ReadableSpan): SpanIds {
  const { traceId, spanId } = span.spanContext();
  return { traceId, spanId };
}
