/**
 * A traced program as a user writes it. tagging.test.ts compiles and runs it against the packed package and each line of
 * OpenTelemetry's SDK. Prints, as JSON, the device that each span of real requests on loopback says, and the points of one peer
 * as a metric reader gets them from the producer.
 */
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { WireGuardReceiver, type Device, type Source } from '@wgotel/core';
import { createMetricProducer } from '@wgotel/core/producer';
import { TunnelSpanProcessor, type TunnelFeed, type TunnelView } from '@wgotel/core/tracing';

const tunnel: TunnelView = {
  interface: 'lo',
  netns: undefined,
  peerId: '0123456789abcdef',
  name: 'office',
  tunnelId: 'fedcba9876543210',
  allowedIPs: ['127.0.0.0/8', '::1/128'],
  state: 'active',
  handshakeTime: Date.now(),
  rtt: undefined,
  session: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
};
const feed: TunnelFeed = { current: () => [tunnel], onChange: () => () => undefined };

// What a user's compiler makes of it.
const processor: SpanProcessor = new TunnelSpanProcessor(feed, { prefixes: { lo: ['127.0.0.1/32'] } });
const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [processor, new SimpleSpanProcessor({ exporter })] });
const tracer = provider.getTracer('consumer');

const server = createServer(({ socket }, response) => {
  const attributes = { 'network.peer.address': socket.remoteAddress!, 'network.peer.port': socket.remotePort! };
  tracer.startSpan('served', { kind: SpanKind.SERVER, attributes }).end();
  response.end('ok');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
await delay(50);

/** A client span as instrumentation-http makes it. */
async function request(name: string, host: string): Promise<void> {
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: { 'server.address': host } });
  await new Promise<void>((resolve) => {
    const sent = get({ host, port, agent: false, localAddress: '127.0.0.1', family: 4 }, (response) => {
      span.setAttribute('network.peer.address', response.socket.remoteAddress ?? '');
      response.resume().once('end', resolve);
    });
    sent.once('error', () => resolve());
  });
  span.end();
}
await request('named', 'localhost');
await request('matched', '127.0.0.1');
await request('unmatched', '127.0.0.2');
tracer.startSpan('internal', { attributes: { 'network.peer.address': '127.0.0.1' } }).end();

/** What a metric reader makes of a device with one peer. */
async function points(): Promise<string[]> {
  const key = (byte: number): string => Buffer.alloc(32, byte).toString('base64');
  const device: Device = {
    name: 'wg0',
    type: 'kernel',
    source: 'own',
    netns: undefined,
    publicKey: key(1),
    listenPort: undefined,
    firewallMark: undefined,
    up: true,
    countingSince: undefined,
    incarnation: undefined,
    standardMessages: true,
    peers: [
      {
        publicKey: key(2),
        hasPresharedKey: false,
        endpoint: undefined,
        allowedIPs: ['10.0.0.2/32'],
        lastHandshakeTime: Date.now(),
        receiveBytes: 3,
        transmitBytes: 4,
        persistentKeepaliveInterval: 25,
      },
    ],
  };
  const source: Source = { name: 'own', read: () => Promise.resolve({ devices: [device], failures: [], notes: [] }) };
  const receiver = new WireGuardReceiver({
    source,
    meterProvider: false,
    loggerProvider: false,
    tracerProvider: false,
  });
  await receiver.scrape();
  const memory = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const metricProducers = [createMetricProducer(receiver)];
  const reader = new PeriodicExportingMetricReader({ exporter: memory, metricProducers });
  const meters = new MeterProvider({ readers: [reader] });
  await meters.forceFlush();
  const metrics = memory.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  await meters.shutdown();
  return metrics
    .filter(({ descriptor }) => /^wireguard\.peer\.(io|up)$/.test(descriptor.name))
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ value, attributes }) =>
        [descriptor.name, attributes['network.io.direction'] ?? '', value as number].join(' '),
      ),
    )
    .toSorted();
}

const said = ({ name, attributes, links }: ReadableSpan): string =>
  [name, attributes['network.interface.name'], attributes['wireguard.tunnel.id'], links.length].join(' ');
const spans = exporter.getFinishedSpans().map(said).toSorted();
console.log(JSON.stringify({ spans, points: await points() }));
server.close();
await provider.shutdown();
