import type { ExporterConfig } from '../../config/configuration.js';
import { createTransport } from '../../exporter/create.js';
import type { Signal } from '../../signal.js';
import type { Finding } from './report.js';

/** A request of any signal with nothing in it. */
const EMPTY = { bytes: Buffer.alloc(0) };

/** Sends an empty request, which a server takes as any other. */
export async function checkExporter(id: string, signal: Signal, config: ExporterConfig): Promise<Finding> {
  const transport = createTransport(config, signal);
  const what = `exporters.${id}, ${signal}, ${transport.endpoint}`;
  try {
    const problem = await transport.prepare();
    if (problem !== undefined) return { verdict: 'fail', what, found: problem, fix: 'mend the file, or name another' };
    // Somebody would get to see it.
    if (config.type === 'webhook') return { verdict: 'ok', what, found: 'nothing was posted there' };
    const outcome = await transport.send(EMPTY, AbortSignal.timeout(config.timeout + 1000));
    // It looks at everything else before it finds that there are no lines.
    const isInfluxReady = config.type === 'influxdb' && outcome.kind === 'refused' && outcome.reason === 'http_400';
    if (outcome.kind === 'sent' || isInfluxReady) return { verdict: 'ok', what, found: `takes ${signal}` };
    const fix = outcome.kind === 'failed' ? outcome.hint : undefined;
    return { verdict: 'fail', what, found: `${outcome.reason}: ${outcome.message}`, fix };
  } finally {
    transport.close();
  }
}
