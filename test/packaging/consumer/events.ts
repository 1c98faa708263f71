/**
 * Hands events to providers as a user makes them. sdk-lines.test.ts compiles and runs it against the packed packages and each
 * line of OpenTelemetry's SDK:
 *   node events.js
 * Prints the records that arrive at a provider that was passed in, and at the global one, as JSON.
 */
import { diag, type DiagLogger } from '@opentelemetry/api';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  Disclosure,
  runAtOnce,
  Tracker,
  WireGuardReceiver,
  type EventLoggerProvider,
  type Frame,
  type SpanIds,
} from '@wgotel/core';
import { logs } from './logs.js';

interface Writer {
  connect(provider: EventLoggerProvider | undefined): void;
  write(frame: Frame): Promise<void>;
}

/** Of the installed package, past its entries: a frame with a change made by hand is not what a user has. */
const internal = (file: string): Promise<unknown> =>
  import(new URL(`node_modules/@wgotel/core/dist/signals/events/${file}.js`, import.meta.url).href);
const { EventSelection } = (await internal('selection')) as { EventSelection: new () => object };
const { EventWriter } = (await internal('event-writer')) as {
  EventWriter: new (selection: object, told: Disclosure, log: DiagLogger, spanOf: () => SpanIds) => Writer;
};

// Before this process began, which is where the SDK takes plain numbers for something else.
const time = 1_700_000_000_123;
const snapshot = { takenAt: time, monotonicTime: 1, devices: [], failures: [], notes: [] };
const frame: Frame = {
  ...runAtOnce(new Tracker({ collectionInterval: 15_000, peerLimit: 1 }).advance(snapshot)),
  changes: [{ type: 'clock.step', time: time - 1000, step: 5000 }],
};
const span: SpanIds = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };

/** What arrives once the writer was told of the provider, or found it. */
async function written(
  exporter: InMemoryLogRecordExporter,
  provider: EventLoggerProvider | undefined,
): Promise<unknown[]> {
  const log = diag.createComponentLogger({ namespace: 'test' });
  const writer = new EventWriter(new EventSelection(), new Disclosure(), log, () => span);
  writer.connect(provider);
  await writer.write(frame);
  return exporter
    .getFinishedLogRecords()
    .map((record) => [
      record.eventName,
      record.hrTime,
      record.hrTimeObserved,
      record.severityNumber,
      record.body,
      record.attributes,
      record.spanContext?.traceId,
      record.spanContext?.spanId,
      record.instrumentationScope.name,
    ]);
}

const passedTo = new InMemoryLogRecordExporter();
const passed = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: passedTo })] });
// A receiver takes it as it is.
await new WireGuardReceiver({ meterProvider: false, loggerProvider: passed }).shutdown();

const registeredTo = new InMemoryLogRecordExporter();
const registered = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter: registeredTo })] });
logs.setGlobalLoggerProvider(registered);

console.log(
  JSON.stringify({ passed: await written(passedTo, passed), registered: await written(registeredTo, undefined) }),
);
