import { SERVICES, type ExportResponse } from '../otlp/services.js';
import type { Signal } from '../signal.js';
import type { Sent } from './transport.js';

/** Reads the response of an OTLP server that took a request. One that can't be read is no reason to send it again. */
export function toSent(signal: Signal, read: () => ExportResponse): Sent {
  try {
    const { partialSuccess = {} } = read();
    const { [SERVICES[signal].rejected]: rejected, errorMessage } = partialSuccess;
    return {
      kind: 'sent',
      rejectedItems: Number(rejected ?? 0) || 0,
      message: typeof errorMessage === 'string' ? errorMessage : '',
    };
  } catch (error) {
    return { kind: 'sent', rejectedItems: 0, message: `its response can't be read: ${(error as Error).message}` };
  }
}

/** What to do where a server does not know a signal. */
export function missingPipeline(signal: Signal): string {
  return `a Collector without a pipeline for ${signal} answers so: add ${signal} to service.pipelines there, or send no ${signal} to it`;
}
