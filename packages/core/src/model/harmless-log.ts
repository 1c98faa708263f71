import type { DiagLogger } from '@opentelemetry/api';

/** A logger that swallows what the application's own logger throws: logging must not end the scrapes. */
export function harmless(logger: DiagLogger): DiagLogger {
  const guard =
    (level: keyof DiagLogger) =>
    (...[message, ...rest]: Parameters<DiagLogger['info']>): void => {
      try {
        logger[level](message, ...rest);
      } catch {
        // There is nobody left to tell.
      }
    };
  return {
    error: guard('error'),
    warn: guard('warn'),
    info: guard('info'),
    debug: guard('debug'),
    verbose: guard('verbose'),
  };
}
