import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { SpanKind, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { EVENTS, SessionIdGenerator, WireGuardReceiver, type EventRecord, type IdentitySettings } from '@wgotel/core';
import { createMetricProducer } from '@wgotel/core/producer';
import { TunnelSpanProcessor } from '@wgotel/core/tracing';
import { describe, it } from 'mocha';
import { tellingsOf, type Planted, type Telling } from '../../support/planted.js';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';
import { recorder } from '../signals/events/records.js';

const NAMES: Readonly<Record<string, string>> = { a: 'planted-alice', b: 'planted-bob', c: 'planted-carol' };
const PLANTED: Planted = {
  devicePublicKey: keyOf('device'),
  peers: Object.entries(NAMES).map(([label, name]) => ({ publicKey: keyOf(label), name })),
  handshakes: [EPOCH - 1000, EPOCH + 29_000],
};

/** Peers that move, make handshakes, get a new key, come and go. */
function history(): ScriptedSource {
  const [a, b] = ['a', 'b'].map((label, at) =>
    peer(label, { allowedIPs: [`10.9.0.${at}/32`], lastHandshakeTime: EPOCH - 1000 }),
  );
  const moved = { ...a!, endpoint: '198.51.100.7:9', lastHandshakeTime: EPOCH + 29_000 };
  return new ScriptedSource(
    snapshot(0, [device([a!, b!])]),
    snapshot(15, [device([{ ...a!, endpoint: '198.51.100.7:9' }, b!])]),
    snapshot(30, [device([moved, b!])]),
    // The same one with a new key, by its name or its allowed IPs.
    snapshot(45, [device([moved, { ...b!, publicKey: keyOf('c') }])]),
    snapshot(240, [device([moved])]),
  );
}

/** What everything that a receiver hands out says at the end of that history. */
async function outputsOf(identity: IdentitySettings): Promise<Readonly<Record<string, string>>> {
  const { provider, records } = recorder();
  const [sessions, requests] = [new InMemorySpanExporter(), new InMemorySpanExporter()];
  const idGenerator = new SessionIdGenerator();
  const tracerProvider = new NodeTracerProvider({ idGenerator, spanProcessors: [new SimpleSpanProcessor(sessions)] });
  const source = history();
  const receiver = new WireGuardReceiver({
    source,
    clock: source,
    identity,
    // With a new key it is the same peer to whoever named it.
    names: (publicKey) => NAMES[['a', 'b', 'c'].find((label) => keyOf(label) === publicKey)!]?.replace('carol', 'bob'),
    events: Object.fromEntries(EVENTS.map(({ name }) => [name, { enabled: true }])),
    meterProvider: false,
    loggerProvider: provider,
    tracerProvider,
    sessions: { mode: 'all', idGenerator },
  });
  const tagging = new TunnelSpanProcessor(receiver.tunnels, { match: 'allowed_ips' });
  const application = new NodeTracerProvider({ spanProcessors: [tagging, new SimpleSpanProcessor(requests)] });
  const producer = createMetricProducer(receiver);
  const outputs = { metrics: '', series: '', tunnels: '' };
  receiver.on('change', (change) => {
    if ('peer' in change) outputs.series += inspect(change.peer.series);
  });
  receiver.start();
  for (let scrape = 0; scrape < 5; scrape++) {
    await receiver.scrape();
    outputs.metrics += JSON.stringify((await producer.collect()).resourceMetrics.scopeMetrics);
    outputs.tunnels += JSON.stringify(await receiver.tunnels.latest());
    // The table of tunnels is made beside it.
    await setImmediate();
    const attributes = { 'network.peer.address': '10.9.0.0' };
    application.getTracer('test').startSpan('request', { kind: SpanKind.CLIENT, attributes }).end();
  }
  await receiver.shutdown();
  await tagging.shutdown();
  return {
    ...outputs,
    events: JSON.stringify(records.map(toText)),
    sessions: spansOf(sessions),
    requests: spansOf(requests),
  };
}

const toText = ({ body, attributes, context }: EventRecord): unknown[] => [
  body,
  attributes,
  trace.getSpanContext(context),
];

function spansOf(exporter: InMemorySpanExporter): string {
  const spans = exporter
    .getFinishedSpans()
    .map((span) => [span.spanContext(), span.attributes, span.events, span.links]);
  return JSON.stringify(spans);
}

const WITH_SESSIONS: readonly Telling[] = ['id', 'name', 'session', 'tunnel'];

/** What each output tells, in modes `hash` and `full`. */
const TOLD: Readonly<Record<string, readonly [hash: readonly Telling[], full: readonly Telling[]]>> = {
  events: [WITH_SESSIONS, ['id', 'key', 'name', 'session', 'tunnel']],
  metrics: [
    ['id', 'name'],
    ['id', 'key', 'name'],
  ],
  requests: [WITH_SESSIONS, WITH_SESSIONS],
  series: [
    ['id', 'name'],
    ['id', 'key', 'name'],
  ],
  sessions: [WITH_SESSIONS, ['id', 'key', 'name', 'session', 'tunnel']],
  tunnels: [WITH_SESSIONS, WITH_SESSIONS],
};

const tellings = (outputs: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(outputs).map(([output, text]) => [output, tellingsOf(text, PLANTED)]));
const expected = (at: 0 | 1): object =>
  Object.fromEntries(Object.entries(TOLD).map(([output, modes]) => [output, modes[at]]));

describe('what a receiver tells of who a peer is', () => {
  it('are ids and names, and no public key, with identity hash', async () => {
    assert.deepEqual(tellings(await outputsOf({})), expected(0));
    assert.deepEqual(tellings(await outputsOf({ mode: 'hash' })), expected(0));
  });

  it('is the public key too, but not to applications, with identity full', async () => {
    assert.deepEqual(tellings(await outputsOf({ mode: 'full' })), expected(1));
  });

  it('is nothing that goes with its key or name, with identity hmac', async () => {
    const outputs = await outputsOf({ hmacKey: Buffer.alloc(32, 1) });
    for (const [output, told] of Object.entries(tellings(outputs))) assert.deepEqual(told, [], output);
    // They are not empty for that, and the one id is the same everywhere.
    const [, id] = /"wireguard\.peer\.id":"([0-9a-f]{16})"/.exec(outputs['requests']!)!;
    for (const [output, text] of Object.entries(outputs)) assert.ok(text.includes(id!), output);
    assert.match(outputs['events']!, /came with a new key \(same allowed IPs\), before as [0-9a-f]{16}/);
  });

  it('has no id in common with another key', async () => {
    const [one, other] = await Promise.all([1, 2].map((fill) => outputsOf({ hmacKey: Buffer.alloc(32, fill) })));
    const ids = (outputs: Readonly<Record<string, string>>): Set<string> =>
      new Set(Object.values(outputs).flatMap((text) => text.match(/\b[0-9a-f]{16}\b|\b[0-9a-f]{32}\b/g) ?? []));
    assert.ok(ids(one!).size >= 8);
    assert.deepEqual(
      [...ids(one!)].filter((id) => ids(other!).has(id)),
      [],
    );
  });
});
