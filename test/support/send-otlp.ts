import type { OtlpRequest } from './otlp-json.js';

/** Sends a request as OTLP/HTTP in JSON to a port of 127.0.0.1; throws unless all of it is taken. */
export async function sendOtlp(httpPort: number, request: OtlpRequest): Promise<void> {
  const signal = request.resourceSpans ? 'traces' : request.resourceLogs ? 'logs' : 'metrics';
  const response = await fetch(`http://127.0.0.1:${httpPort}/v1/${signal}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const answer = await response.text();
  if (!response.ok || answer.includes('partialSuccess":{"rejected')) {
    throw new Error(`${signal} refused with ${response.status}: ${answer}`);
  }
}
