/**
 * Follows sessions with a provider as a user makes it, once with ids that survive a restart and once with the provider's own.
 * sdk-lines.test.ts compiles and runs it against the packed packages and each line of OpenTelemetry's SDK:
 *   node spans.js
 * Prints, as JSON, each span that was exported, and whether it has the ids under which it was known before.
 */
import { diag } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import {
  followSessions,
  runAtOnce,
  SessionIdGenerator,
  Tracker,
  WireGuardReceiver,
  type Device,
  type SessionSettings,
} from '@wgotel/core';

// Before this process began.
const START = 1_700_000_000_000;
const device: Device = {
  name: 'wg0',
  type: 'kernel',
  netns: undefined,
  source: 'test',
  publicKey: Buffer.alloc(32, 1).toString('base64'),
  listenPort: undefined,
  firewallMark: undefined,
  peers: [
    {
      publicKey: Buffer.alloc(32, 2).toString('base64'),
      hasPresharedKey: undefined,
      endpoint: undefined,
      allowedIPs: [],
      lastHandshakeTime: START,
      receiveBytes: 0,
      transmitBytes: 0,
      persistentKeepaliveInterval: undefined,
    },
  ],
  up: undefined,
  countingSince: undefined,
  incarnation: undefined,
  standardMessages: true,
};

async function exportedBy(settings: SessionSettings): Promise<unknown[]> {
  const exporter = new InMemorySpanExporter();
  const { idGenerator } = settings;
  const provider = new TracerProvider({
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
    ...(idGenerator !== undefined && { idGenerator }),
  });
  // A receiver takes it as it is.
  const receiver = new WireGuardReceiver({ meterProvider: false, loggerProvider: false, tracerProvider: provider });
  await receiver.shutdown();

  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1 });
  const sessions = followSessions(settings, provider, diag.createComponentLogger({ namespace: 'test' }))!;
  const known: unknown[] = [];
  for (const seconds of [15, 180]) {
    const takenAt = START + seconds * 1000;
    const snapshot = { takenAt, monotonicTime: seconds * 1000, devices: [device], failures: [], notes: [] };
    const frame = runAtOnce(tracker.advance(snapshot));
    runAtOnce(sessions.advance({ ...frame, changes: [] }));
    known.push(sessions.current(frame.devices[0]!.peers[0]!.series)?.spanId);
  }
  await provider.forceFlush();
  return exporter
    .getFinishedSpans()
    .map((span) => [
      span.name,
      span.startTime,
      span.endTime,
      span.events.map(({ name, time }) => [name, time]),
      span.spanContext().spanId === known[0],
      idGenerator === undefined ? undefined : span.spanContext().traceId,
    ]);
}

const retroactive = await exportedBy({ idGenerator: new SessionIdGenerator() });
const live = await exportedBy({});
console.log(JSON.stringify({ retroactive, live }));
