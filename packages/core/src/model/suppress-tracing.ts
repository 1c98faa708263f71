import { context, createContextKey } from '@opentelemetry/api';

/** The key by which the SDK's instrumentations know that they are not to trace (`suppressTracing` of
 *  `@opentelemetry/core`, which this would otherwise need for one line). */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs our own reading unseen by the application's tracing. */
export function untraced<T>(run: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), run);
}
