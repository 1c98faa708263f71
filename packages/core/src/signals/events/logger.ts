import * as api from '@opentelemetry/api';
import { SCOPE } from '../names.js';
import type { EventLogger, EventLoggerProvider } from './event.js';

/** Finds the logger for our events: of the given provider, else of the global one. There are two global ones: that of the
 *  API from 1.10 on, which SDK 3.x registers with, and that of `@opentelemetry/api-logs`, SDK 2.x's. One that makes something
 *  of records is taken first. `undefined`: there is none at all. */
export function findLogger(provider: EventLoggerProvider | undefined): EventLogger | undefined {
  const providers = provider === undefined ? [globalOfApi(), globalOfApiLogs()] : [provider];
  const loggers = providers.flatMap((each) => each?.getLogger(SCOPE.name, SCOPE.version) ?? []);
  return loggers.find(isHeard) ?? loggers[0];
}

/** Whether anything becomes of what is emitted. Not so while no provider is registered. */
export function isHeard(logger: EventLogger | undefined): boolean {
  return logger !== undefined && (logger.enabled?.() ?? true);
}

function globalOfApi(): EventLoggerProvider | undefined {
  return (api as { logs?: { getLoggerProvider(): EventLoggerProvider } }).logs?.getLoggerProvider();
}

/** The key under which `@opentelemetry/api-logs` keeps a function from the version of its interface to the provider; the
 *  package would otherwise be a dependency for this line. There has been one version.
 *  Source: `internal/global-utils` of that package */
const API_LOGS = Symbol.for('io.opentelemetry.js.api.logs');
const API_LOGS_VERSION = 1;

function globalOfApiLogs(): EventLoggerProvider | undefined {
  const getter = (globalThis as { [API_LOGS]?: (version: number) => EventLoggerProvider })[API_LOGS];
  return getter?.(API_LOGS_VERSION);
}
