import type { ExporterConfig } from '../../config/configuration.js';
import { createTransport } from '../../exporter/create.js';
import type { Finding } from './report.js';

/** An `ExportMetricsServiceRequest` with nothing in it. */
const EMPTY = Buffer.alloc(0);

/** Sends an empty request, which a server takes as any other. */
export async function checkExporter(id: string, config: ExporterConfig): Promise<Finding> {
  const transport = createTransport(config);
  const what = `exporters.${id}, ${transport.endpoint}`;
  try {
    const problem = await transport.prepare();
    if (problem !== undefined) return { verdict: 'fail', what, found: problem, fix: 'mend the file, or name another' };
    const outcome = await transport.send(EMPTY, AbortSignal.timeout(config.timeout + 1000));
    if (outcome.kind === 'sent') return { verdict: 'ok', what, found: 'takes metrics' };
    const fix = outcome.kind === 'failed' ? outcome.hint : undefined;
    return { verdict: 'fail', what, found: `${outcome.reason}: ${outcome.message}`, fix };
  } finally {
    transport.close();
  }
}
