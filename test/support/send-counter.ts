import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';

/** Sends one cumulative counter with OpenTelemetry's own SDK over OTLP/gRPC to a port of 127.0.0.1. */
export async function sendCounter(grpcPort: number, name: string, value: number): Promise<void> {
  const exporter = new OTLPMetricExporter({ url: `http://127.0.0.1:${grpcPort}` });
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
  provider.getMeter('wgotel-test').createCounter(name).add(value);
  await provider.shutdown();
}
