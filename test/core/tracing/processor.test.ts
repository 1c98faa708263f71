import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { channel } from 'node:diagnostics_channel';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, type Attributes } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { TunnelFeed, TunnelView } from '@wgotel/core';
import { TunnelSpanProcessor, type TunnelSpanProcessorOptions } from '@wgotel/core/tracing';
import { afterEach, describe, it } from 'mocha';
import { FixedFeed, tunnelView } from '../../support/tunnel-feed.js';
import { until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';

const LOOPBACK = tunnelView({ interface: 'lo', allowedIPs: ['127.0.0.0/8', '::1/128'] });
/** Loopback is never really a tunnel: it is one here because somebody says so. */
const DECLARED: TunnelSpanProcessorOptions = { devices: ['lo'] };

let processor: TunnelSpanProcessor;
let exporter: InMemorySpanExporter;
let provider: TracerProvider;

/** Sets up an SDK with a processor that knows the tunnels already. */
async function open(feed: TunnelFeed | readonly TunnelView[], options?: TunnelSpanProcessorOptions): Promise<void> {
  processor = new TunnelSpanProcessor('current' in feed ? feed : new FixedFeed(feed), options);
  exporter = new InMemorySpanExporter();
  provider = new TracerProvider({ spanProcessors: [processor, new SimpleSpanProcessor({ exporter })] });
  await delay(5);
}

interface Late {
  readonly kind?: SpanKind;
  readonly later?: Attributes;
}

/** Ends a span that was started with some attributes and got the others later. */
function span(start: Attributes, { kind = SpanKind.CLIENT, later = {} }: Late = {}): ReadableSpan {
  const made = provider.getTracer('test').startSpan('request', { kind, attributes: start });
  made.setAttributes(later);
  made.end();
  return exporter.getFinishedSpans().at(-1)!;
}

const deviceOf = (made: ReadableSpan): unknown => made.attributes['network.interface.name'];

describe('TunnelSpanProcessor', () => {
  afterEach(() => provider.shutdown());

  it('says what is known of the tunnel', async () => {
    const session = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
    const handshakeTime = Date.now() - 5000;
    await open([{ ...LOOPBACK, name: 'office', handshakeTime, rtt: 25, session }], DECLARED);
    const { attributes, links } = span({ 'network.peer.address': '127.0.0.1' });
    const { 'wireguard.peer.handshake.age': age, ...others } = attributes;
    assert.deepEqual(others, {
      'network.peer.address': '127.0.0.1',
      'network.interface.name': 'lo',
      'wireguard.peer.id': '0123456789abcdef',
      'wireguard.peer.name': 'office',
      'wireguard.peer.rtt': 0.025,
      'wireguard.peer.state': 'active',
      'wireguard.tunnel.id': 'fedcba9876543210',
    });
    assert.ok((age as number) >= 5 && (age as number) < 10, String(age));
    assert.deepEqual(
      links.map(({ context: { traceId, spanId, traceFlags } }) => ({ traceId, spanId, traceFlags })),
      [{ ...session, traceFlags: 1 }],
    );
  });

  it('leaves out what is not known', async () => {
    await open([{ ...LOOPBACK, tunnelId: undefined, handshakeTime: Date.now() + 60_000 }], DECLARED);
    const { attributes, links } = span({ 'network.peer.address': '127.0.0.1' });
    assert.deepEqual([attributes['wireguard.peer.handshake.age'], links], [0, []]);
    for (const name of ['wireguard.peer.name', 'wireguard.tunnel.id', 'wireguard.peer.rtt', 'wireguard.tunnel.match']) {
      assert.ok(!(name in attributes), name);
    }
  });

  for (const [what, kind, start, later, tagged] of [
    ['the address of the peer', SpanKind.CLIENT, {}, { 'network.peer.address': '127.0.0.1' }, true],
    ['a mapped address', SpanKind.CLIENT, {}, { 'network.peer.address': '::ffff:127.0.0.1' }, true],
    ['IPv6', SpanKind.CLIENT, {}, { 'network.peer.address': '::1' }, true],
    ['IPv6 in brackets', SpanKind.CLIENT, { 'server.address': '[::1]' }, {}, true],
    [
      'an IP address of the server, where the connection failed',
      SpanKind.CLIENT,
      { 'server.address': '127.0.0.1' },
      {},
      true,
    ],
    ['the target of gRPC, known late', SpanKind.CLIENT, {}, { 'server.address': '127.0.0.1' }, true],
    ['a producer', SpanKind.PRODUCER, { 'server.address': '127.0.0.1' }, {}, true],
    ['a consumer', SpanKind.CONSUMER, { 'server.address': '127.0.0.1' }, {}, true],
    [
      'the peer before the server',
      SpanKind.CLIENT,
      { 'server.address': '127.0.0.1' },
      { 'network.peer.address': '198.51.100.1' },
      false,
    ],
    [
      'the proxy that was connected to',
      SpanKind.CLIENT,
      { 'server.address': '198.51.100.1' },
      { 'network.peer.address': '127.0.0.1' },
      true,
    ],
    ['another address', SpanKind.CLIENT, {}, { 'network.peer.address': '198.51.100.1' }, false],
    ['a name that nobody looked up', SpanKind.CLIENT, { 'server.address': 'db.example' }, {}, false],
    ['a Unix socket', SpanKind.CLIENT, { 'server.address': '/run/pg' }, { 'network.peer.address': '/run/pg' }, false],
    ['nothing at all', SpanKind.CLIENT, {}, {}, false],
    ['a number for an address', SpanKind.CLIENT, { 'server.address': 127 }, { 'network.peer.address': 1 }, false],
    ['a list for an address', SpanKind.CLIENT, { 'server.address': ['127.0.0.1'] }, {}, false],
    ['an internal span', SpanKind.INTERNAL, { 'network.peer.address': '127.0.0.1' }, {}, false],
    [
      'a server span without the address of its socket',
      SpanKind.SERVER,
      { 'network.peer.address': '127.0.0.1' },
      {},
      false,
    ],
    [
      'a server span with it',
      SpanKind.SERVER,
      { 'network.peer.address': '127.0.0.1', 'network.local.address': '127.0.0.1' },
      {},
      true,
    ],
    [
      'a server span of another device',
      SpanKind.SERVER,
      { 'network.peer.address': '127.0.0.1', 'network.local.address': '198.51.100.2' },
      {},
      false,
    ],
    [
      'a forwarded header',
      SpanKind.SERVER,
      { 'client.address': '127.0.0.1', 'network.peer.address': '198.51.100.1', 'network.local.address': '127.0.0.1' },
      {},
      false,
    ],
    [
      'the name of the server itself',
      SpanKind.SERVER,
      { 'server.address': '127.0.0.1', 'network.local.address': '127.0.0.1' },
      {},
      false,
    ],
  ] as const) {
    it(`${tagged ? 'tags by' : 'leaves alone'}: ${what}`, async () => {
      await open([LOOPBACK], DECLARED);
      assert.equal(deviceOf(span(start as unknown as Attributes, { kind, later })), tagged ? 'lo' : undefined);
    });
  }

  for (const [what, options, address, expected] of [
    ['a declared device', { devices: ['lo'] }, '127.0.0.1', 'lo'],
    ['declared prefixes', { prefixes: { lo: ['127.0.0.0/30'] } }, '127.0.0.3', 'lo'],
    ['an address beside declared prefixes', { prefixes: { lo: ['127.0.0.0/30'] } }, '127.0.0.4', undefined],
    ['declared prefixes beyond the allowed IPs', { prefixes: { lo: ['0.0.0.0/0'] } }, '10.0.0.1', undefined],
    ['a declared device that is not there', { devices: ['wg9'] }, '127.0.0.1', undefined],
    ['a namespace that was not asked for', { devices: ['lo'], netns: 'blue' }, '127.0.0.1', undefined],
    // Packets to this host itself enter no tunnel.
    ['loopback by its route', {}, '127.0.0.1', undefined],
  ] as const) {
    it(`goes by ${what}`, async () => {
      await open([LOOPBACK], options);
      const attributes = { 'network.peer.address': address };
      span(attributes);
      await delay(20);
      assert.equal(deviceOf(span(attributes)), expected);
    });
  }

  it('marks what it matched by allowed IPs alone, the longer prefix first and none of equal ones', async () => {
    const second = tunnelView({ interface: 'wg1', allowedIPs: ['10.1.0.0/16', '192.168.0.0/16'] });
    const third = tunnelView({ interface: 'wg2', allowedIPs: ['192.168.0.0/16'] });
    await open([tunnelView(), second, third], { match: 'allowed_ips' });
    const found = ['10.0.0.1', '10.1.0.1', '192.168.0.1'].map((address) => span({ 'network.peer.address': address }));
    assert.deepEqual(found.map(deviceOf), ['wg0', 'wg1', undefined]);
    assert.deepEqual(
      found.map(({ attributes }) => attributes['wireguard.tunnel.match']),
      ['allowed_ips', 'allowed_ips', undefined],
    );
  });

  it('learns addresses of names from spans, from sockets and from undici', async () => {
    const socket = await listen();
    await open([LOOPBACK], DECLARED);
    span({ 'server.address': 'learnt.example' }, { later: { 'network.peer.address': '127.0.0.2' } });
    assert.equal(deviceOf(span({ 'server.address': 'learnt.example' })), 'lo');
    channel('undici:client:connected').publish({
      connectParams: { hostname: 'undici.example' },
      socket: { remoteAddress: '127.0.0.3' },
    });
    assert.equal(deviceOf(span({ 'server.address': 'undici.example' })), 'lo');
    const { port } = socket.address() as AddressInfo;
    assert.equal(deviceOf(span({ 'server.address': 'localhost' })), undefined);
    await (await fetch(`http://localhost:${port}`, { headers: { connection: 'close' } })).text();
    assert.equal(deviceOf(span({ 'server.address': 'localhost' })), 'lo');
    // One of its addresses is beside the tunnel.
    span({ 'server.address': 'learnt.example' }, { later: { 'network.peer.address': '198.51.100.1' } });
    assert.equal(deviceOf(span({ 'server.address': 'learnt.example' })), undefined);
    socket.close();
  });

  it('looks names up when it is asked to, and waits for none', async () => {
    await open([LOOPBACK], { ...DECLARED, dns: true });
    assert.equal(deviceOf(span({ 'server.address': 'localhost' })), undefined);
    await until('it is looked up', () => deviceOf(span({ 'server.address': 'localhost' })) === 'lo');
  });

  it('knows the socket of an HTTP request, whatever its headers say', async () => {
    await open([LOOPBACK], DECLARED);
    let seen: ReadableSpan | undefined;
    const server = await listen((remote, port) => {
      const attributes = {
        'network.peer.address': remote,
        'network.peer.port': port,
        'client.address': '198.51.100.7',
      };
      seen = span(attributes, { kind: SpanKind.SERVER });
    });
    const { port } = server.address() as AddressInfo;
    await (await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })).text();
    assert.deepEqual([deviceOf(seen!), seen!.attributes['network.local.address']], ['lo', '127.0.0.1']);
    server.close();
  });

  it('follows its feed, until it is shut down', async () => {
    const feed = new FixedFeed();
    await open(feed, DECLARED);
    const attributes = { 'network.peer.address': '127.0.0.1' };
    assert.equal(deviceOf(span(attributes)), undefined);
    feed.change([LOOPBACK]);
    await delay(5);
    assert.equal(deviceOf(span(attributes)), 'lo');
    feed.change([]);
    await delay(5);
    assert.equal(deviceOf(span(attributes)), undefined);
    await provider.shutdown();
    assert.equal(feed.listeners, 0);
  });

  it('throws nothing, whatever feed and span are', async () => {
    const broken: TunnelFeed = {
      current: () => assert.fail('no more'),
      onChange: () => assert.fail('no more'),
    };
    await open(broken);
    assert.equal(deviceOf(span({ 'network.peer.address': '127.0.0.1' })), undefined);
    await open([tunnelView({ interface: 'lo', allowedIPs: null as unknown as string[] })], DECLARED);
    span({ 'network.peer.address': '127.0.0.1' });
    await open([LOOPBACK], DECLARED);
    const hostile = { kind: SpanKind.CLIENT, attributes: { 'network.peer.address': '127.0.0.1' } };
    for (const wrong of [hostile, { kind: SpanKind.CLIENT }, {}]) {
      processor.onStart(wrong as never);
      processor.onEnding(wrong as never);
      processor.onEnd(wrong);
    }
  });

  it('tags when spans start where the provider does not say when they end', async () => {
    const old = new TunnelSpanProcessor(new FixedFeed([LOOPBACK]), DECLARED);
    const start = (): unknown => {
      const attributes: Attributes = { 'server.address': '127.0.0.1' };
      const made = {
        kind: SpanKind.CLIENT,
        attributes,
        setAttributes: (more: Attributes) => Object.assign(attributes, more),
      };
      old.onStart(made as never);
      old.onEnd(made);
      return attributes['network.interface.name'];
    };
    await delay(5);
    assert.deepEqual([start(), start()], [undefined, 'lo']);
    await old.shutdown();
  });

  for (const [options, message] of [
    [{ match: 'guess' }, /match: expected 'route' or 'allowed_ips', not 'guess'/],
    [{ prefixes: { wg0: ['10.0.0.0/40'] } }, /prefixes\.wg0: expected prefixes such as 10\.0\.0\.0\/8/],
  ] as const) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => new TunnelSpanProcessor(new FixedFeed(), options as TunnelSpanProcessorOptions), {
        code: 'INVALID_OPTION',
        message,
      });
    });
  }

  it('does not listen to connections when its options are refused', () => {
    const program = `
      import { channel } from 'node:diagnostics_channel';
      import { TunnelSpanProcessor } from '@wgotel/core/tracing';
      const feed = { current: () => [], onChange: () => () => undefined };
      try {
        new TunnelSpanProcessor(feed, { match: 'guess' });
      } catch ({ code }) {
        console.log(code, channel('net.client.socket').hasSubscribers, channel('net.server.socket').hasSubscribers);
      }`;
    const args = ['--input-type=module', '--eval', program];
    const said = execFileSync(process.execPath, args, { cwd: repositoryPath('.'), encoding: 'utf8' });
    assert.equal(said, 'INVALID_OPTION false false\n');
  });
});

/** An HTTP server on loopback; `seen` gets the remote end of each request. */
async function listen(seen?: (address: string, port: number) => void): Promise<Server> {
  const server = createServer(({ socket }, response) => {
    seen?.(socket.remoteAddress!, socket.remotePort!);
    response.end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
