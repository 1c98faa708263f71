/**
 * A program as a user writes it. sdk-lines.test.ts compiles and runs it against the packed packages and each line of
 * OpenTelemetry's SDK:
 *   node main.js DIRECTORY
 * Prints what a producer and a meter make of the same simulated device, as JSON.
 */
import { diag, DiagLogLevel } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { SOURCES, WireGuardReceiver, type Reading, type ReadOptions, type Source } from '@wgotel/core';
import { createMetricProducer } from '@wgotel/core/producer';
import { Simulator } from '@wgotel/simulator';

/** A source of the user's own, around one of the library. */
class CountingSource implements Source {
  readonly name = 'counting';
  readonly #uapi: Source;
  reads = 0;

  constructor(directory: string) {
    this.#uapi = SOURCES.uapi({ directory });
  }

  read(options: ReadOptions): Promise<Reading> {
    this.reads++;
    return this.#uapi.read(options);
  }
}

/** `metric{attributes} value` of each point that an exporter has. */
function pointsIn(exporter: InMemoryMetricExporter): string[] {
  return exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => `${descriptor.name}${JSON.stringify(attributes)} ${value as number}`),
    )
    .toSorted();
}

const directory = process.argv[2] ?? '.';
const simulator = new Simulator({ directory, time: 'virtual', seed: 1 });
simulator.addDevice({ name: 'wg0', peers: 3, age: 3_600_000 });
await simulator.start();
const clock = { now: () => simulator.now(), monotonic: () => simulator.now() };

const warnings: string[] = [];
const warn = (...[, message]: unknown[]): unknown => warnings.push(String(message));
const ignore = (): void => undefined;
diag.setLogger({ error: warn, warn, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
const unheard = new WireGuardReceiver({ source: 'uapi', sourceOptions: { directory } });
unheard.start();
await unheard.shutdown();

const source = new CountingSource(directory);
const produced = new WireGuardReceiver({ source, clock, meterProvider: false });
const producedTo = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const producerReader = new PeriodicExportingMetricReader({
  exporter: producedTo,
  metricProducers: [createMetricProducer(produced)],
});
const producerProvider = new MeterProvider({ readers: [producerReader] });

const observedBy = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const meterReader = new PeriodicExportingMetricReader({ exporter: observedBy });
const meterProvider = new MeterProvider({ readers: [meterReader] });
const observed = new WireGuardReceiver({ source, clock, meterProvider });
observed.start();

await produced.scrape();
await observed.scrape();
await producerReader.forceFlush();
await meterReader.forceFlush();
console.log(
  JSON.stringify({ producer: pointsIn(producedTo), meter: pointsIn(observedBy), reads: source.reads, warnings }),
);

await observed.shutdown();
await producerProvider.shutdown();
await meterProvider.shutdown();
await simulator.close();
