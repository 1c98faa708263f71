/**
 * A traced program as a user writes it. tagging.test.ts compiles and runs it against the packed package and each line of
 * OpenTelemetry's SDK. Prints, as JSON, the device that each span of real requests on loopback says.
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

const said = ({ name, attributes, links }: ReadableSpan): string =>
  [name, attributes['network.interface.name'], attributes['wireguard.tunnel.id'], links.length].join(' ');
console.log(JSON.stringify(exporter.getFinishedSpans().map(said).toSorted()));
server.close();
await provider.shutdown();
