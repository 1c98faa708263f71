/**
 * OpenTelemetry of a service that reads WireGuard itself, loaded before the service:
 *   node --import ./build/examples/embed-in-service/telemetry.js SERVICE
 * Sends metrics, events and spans to OTEL_EXPORTER_OTLP_ENDPOINT, or else to http://localhost:4317. WIREGUARD_SOCKETS is a folder
 * with sockets of userspace devices; without it, all devices of the host are read, which takes the privileges of `wg show`.
 * They are read every WIREGUARD_INTERVAL, in milliseconds, or else every 15 s.
 */
import { register } from 'node:module';
import { metrics } from '@opentelemetry/api';
import { logs } from '@opentelemetry/api-logs';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-grpc';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { WireGuardReceiver } from '@wgotel/core';
import { createMetricProducer } from '@wgotel/core/producer';
import { TunnelSpanProcessor } from '@wgotel/core/tracing';

// By this hook instrumentations get at modules that are imported.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url);

const { WIREGUARD_SOCKETS: directory, WIREGUARD_INTERVAL: interval = '15000' } = process.env;

const receiver = new WireGuardReceiver({
  ...(directory !== undefined && { source: 'uapi', sourceOptions: { directory } }),
  collectionInterval: Number(interval),
  // The producer below hands its metrics over.
  meterProvider: false,
});

const reader = new PeriodicExportingMetricReader({
  exporter: new OTLPMetricExporter(),
  metricProducers: [createMetricProducer(receiver)],
});
const meterProvider = new MeterProvider({ readers: [reader] });
const loggerProvider = new LoggerProvider({
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
});
const tracerProvider = new NodeTracerProvider({
  spanProcessors: [new TunnelSpanProcessor(receiver.tunnels), new BatchSpanProcessor(new OTLPTraceExporter())],
});

metrics.setGlobalMeterProvider(meterProvider);
logs.setGlobalLoggerProvider(loggerProvider);
tracerProvider.register();
registerInstrumentations({ instrumentations: [new HttpInstrumentation()] });
// Now that there are global providers: they get its events and sessions.
receiver.start();

process.once('SIGTERM', () => void shutdown());

async function shutdown(): Promise<void> {
  // What happened since the last scrape goes out with the last export, and sessions that go on end here.
  await receiver.scrape();
  await meterProvider.shutdown();
  await receiver.shutdown();
  await Promise.all([loggerProvider.shutdown(), tracerProvider.shutdown()]);
}
