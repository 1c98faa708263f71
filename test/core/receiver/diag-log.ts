import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, beforeEach } from 'mocha';

/** Collects `level message` of all that is logged through the API in each test of a suite. */
export function collectDiagLog(): readonly string[] {
  const lines: string[] = [];
  const log =
    (level: string) =>
    (...[, ...words]: unknown[]): unknown =>
      lines.push([level, ...words].join(' '));
  beforeEach(() => {
    lines.length = 0;
    const logger = { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
    diag.setLogger({ ...logger, verbose: log('verbose') }, DiagLogLevel.ALL);
    // Setting a logger is logged too.
    lines.length = 0;
  });
  afterEach(() => diag.disable());
  return lines;
}
