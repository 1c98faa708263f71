/**
 * A web service that reports on WireGuard through the OpenTelemetry SDK it has anyway:
 *   node build/examples/embed/main.js [DIRECTORY]
 * Sends to OTEL_EXPORTER_OTLP_ENDPOINT, or else to http://localhost:4317. DIRECTORY holds sockets of userspace devices;
 * without it, all devices of the host are read, which takes the privileges of `wg show`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { WireGuardReceiver } from '@wgotel/core';
import { createMetricProducer } from '@wgotel/core/producer';

const [directory] = process.argv.slice(2);

const receiver = new WireGuardReceiver({
  ...(directory !== undefined && { source: 'uapi', sourceOptions: { directory } }),
  meterProvider: false,
});
receiver.start();

const reader = new PeriodicExportingMetricReader({
  exporter: new OTLPMetricExporter(),
  metricProducers: [createMetricProducer(receiver)],
});
const provider = new MeterProvider({ readers: [reader] });

const requests = provider.getMeter('embed').createCounter('embed.requests', { unit: '{request}' });
const server = createServer((_, response) => {
  requests.add(1);
  response.end('hello\n');
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

process.once('SIGTERM', () => void shutdown());

async function shutdown(): Promise<void> {
  server.close();
  // What happened since the last scrape goes out with the provider's last export.
  await receiver.scrape();
  await provider.shutdown();
  await receiver.shutdown();
}
