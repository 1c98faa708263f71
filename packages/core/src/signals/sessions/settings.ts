import { trace, type DiagLogger, type TracerProvider } from '@opentelemetry/api';
import { WireGuardError } from '../../errors.js';
import { Disclosure } from '../disclosure.js';
import { SCOPE } from '../names.js';
import type { SessionIdGenerator } from './id-generator.js';
import { SESSION_MODES, type SessionMode } from './mode.js';
import { SessionTracker } from './session-tracker.js';
import { SpanWriter } from './span-writer.js';

/** Which sessions become spans, and how. */
export interface SessionSettings {
  /** Default: `auto`. */
  readonly mode?: SessionMode | undefined;
  /** The one that the tracer provider was given as its `idGenerator`; it must record every span. Default: the provider makes
   *  ids of its own, so a session's span is open as long as the session is. */
  readonly idGenerator?: SessionIdGenerator | undefined;
}

/** @throws {WireGuardError} `INVALID_OPTION` */
export function checkSessions(settings: SessionSettings): SessionSettings {
  const { mode } = settings;
  if (mode === undefined || SESSION_MODES.includes(mode)) return settings;
  throw new WireGuardError(
    'INVALID_OPTION',
    `sessions.mode: expected one of ${SESSION_MODES.join(', ')}, not '${mode}'`,
  );
}

/** Begins to follow sessions.
 *
 *  @param provider default: the global one
 *  @param told what spans say of keys and endpoints. Default: no keys, and endpoints in full
 *  @returns `undefined`: nobody wants spans */
export function followSessions(
  { mode = 'auto', idGenerator }: SessionSettings,
  provider: TracerProvider | false | undefined,
  log: DiagLogger,
  told: Disclosure = new Disclosure(),
): SessionTracker | undefined {
  if (provider === false || mode === 'off') return undefined;
  const tracer = (provider ?? trace.getTracerProvider()).getTracer(SCOPE.name, SCOPE.version);
  // An application that passed none, or the global one, may want none.
  const noTracer = provider === undefined || provider === trace.getTracerProvider() ? 'info' : 'warn';
  return new SessionTracker(mode, new SpanWriter(tracer, idGenerator, told, log, noTracer));
}
