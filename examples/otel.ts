/**
 * OpenTelemetry for a service whose spans are to know their tunnel, loaded before the service itself:
 *   node --import ./build/examples/otel.js SERVICE
 * Spans go to OTEL_EXPORTER_OTLP_ENDPOINT, or else to http://localhost:4317, in the name of OTEL_SERVICE_NAME. The agent of
 * this host is asked at WGOTEL_STATE_SOCKET, or else where its socket is by default.
 */
import { register } from 'node:module';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { defaultResource, detectResources, envDetector } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { createAgentFeed, TunnelSpanProcessor } from '@wgotel/core/tracing';

// By this hook instrumentations get at modules that are imported; `require` they see without.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const feed = createAgentFeed({ path: process.env['WGOTEL_STATE_SOCKET'] });
const provider = new NodeTracerProvider({
  resource: defaultResource().merge(detectResources({ detectors: [envDetector] })),
  spanProcessors: [new TunnelSpanProcessor(feed), new BatchSpanProcessor(new OTLPTraceExporter())],
});
// With W3C Trace Context, which carries the trace to the other host.
provider.register();
registerInstrumentations({
  instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation(), new GrpcInstrumentation()],
});

process.once('SIGTERM', () => {
  feed.close();
  void provider.shutdown();
});
