import assert from 'node:assert/strict';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import {
  encodeBatches,
  FanOut,
  GatheredPipeline,
  Gatherer,
  Logger,
  makeTracerProvider,
  Sender,
  toJson,
  type Transport,
} from '@wgotel/agent';
import { describe, it } from 'mocha';
import { turn, UNUSED } from '../exporter/sender-setup.js';
import { records, sessionSpan } from './records.js';

const serialize = (items: Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0]): Uint8Array | undefined =>
  ProtobufLogsSerializer.serializeRequest(items);

/** Bodies of the records in a request. */
function bodies(bytes: Uint8Array): string[] {
  const { resourceLogs } = JSON.parse(toJson(bytes, 'logs'));
  return resourceLogs[0].scopeLogs[0].logRecords.map(
    (record: { body: { stringValue: string } }) => record.body.stringValue,
  );
}

describe('requests of events', () => {
  for (const [count, size, limit] of [
    [0, 1, 1000],
    [1, 5000, 1000],
    [7, 300, 1000],
    [2500, 10, 4_000_000],
    [64, 900, 1100],
  ] as const) {
    it(`hold ${count} of ${size} bytes in order, none above ${limit} bytes if it can be cut`, () => {
      const given = records(Array.from({ length: count }, (_, index) => ({ body: `${index} `.padEnd(size, '.') })));
      const requests = [...encodeBatches(given, serialize, limit)];
      assert.deepEqual(
        requests.flatMap(({ bytes }) => bodies(bytes)),
        given.map(({ body }) => body),
      );
      for (const { bytes, items } of requests) {
        assert.equal(bodies(bytes).length, items);
        assert.ok(items <= 1000 && (bytes.length <= limit || items === 1), `${items} items in ${bytes.length} bytes`);
      }
    });
  }
});

describe('OTLP JSON', () => {
  it('of events says what the official serializer says', () => {
    const given = records([
      { attributes: { text: 'ü', whole: 5, flag: true, list: ['a', 'b'], part: 0.5 } },
      { severityNumber: 9, body: '' },
    ]);
    const official = JSON.parse(Buffer.from(JsonLogsSerializer.serializeRequest([...given])!).toString());
    assert.deepEqual(normal(JSON.parse(toJson(serialize([...given])!, 'logs'))), normal(official));
  });

  it('of spans says what the official serializer says', () => {
    const given = sessionSpan({ traceId: 'a1'.repeat(16), spanId: 'b2'.repeat(8) });
    const official = JSON.parse(Buffer.from(JsonTraceSerializer.serializeRequest([...given])!).toString());
    const ours = JSON.parse(toJson(ProtobufTraceSerializer.serializeRequest([...given])!, 'traces'));
    assert.deepEqual(normal(ours), normal(official));
    const [span] = ours.resourceSpans[0].scopeSpans[0].spans;
    assert.deepEqual([span.traceId, span.spanId], ['a1'.repeat(16), 'b2'.repeat(8)]);
    assert.equal(span.links[0].traceId, '0af7651916cd43dd8448eb211c80319c');
    assert.equal(span.events[0].name, 'wireguard.peer.handshake');
  });
});

/** Without what means the same as nothing, and with 64-bit integers as texts. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]): [string, unknown] => [key, key === 'intValue' ? String(inner) : normal(inner)])
      .filter(([, inner]) => !(inner === 0 || inner === undefined || (Array.isArray(inner) && inner.length === 0))),
  );
}

describe('what is gathered', () => {
  it('is nothing while nobody wants it', () => {
    const gatherer = new Gatherer<number>();
    gatherer.add(1);
    assert.deepEqual(gatherer.take(), { items: [], dropped: 0 });
  });

  it('is bounded, and what was too much is counted by every sender', async () => {
    const gatherer = new Gatherer<ReturnType<typeof records>[number]>(3);
    const pipeline = new GatheredPipeline(gatherer, serialize);
    const transport: Transport = {
      ...UNUSED,
      send: async () => ({ kind: 'sent', rejectedItems: 0, message: '' }),
    };
    const log: string[] = [];
    const logger = new Logger({ stream: { write: (line: string) => log.push(line) } });
    const senders = [new Sender(transport, logger), new Sender(transport, logger)];
    pipeline.connect(new FanOut(senders));
    for (const record of records(Array.from({ length: 5 }, () => ({})))) gatherer.add(record);
    await pipeline.push();
    await turn();
    for (const sender of senders) {
      await sender.shutdown(1000);
      const { enqueued, sent, dropped } = sender.deliveries;
      assert.deepEqual(
        { enqueued, sent, dropped },
        {
          enqueued: { requests: 1, items: 5 },
          sent: { requests: 1, items: 3 },
          dropped: { gathering_full: { requests: 0, items: 2 } },
        },
      );
    }
    assert.match(log[0]!, /left out what was too much/);
  });

  it('are spans with all of their events, whatever the environment says', () => {
    const gatherer = new Gatherer<unknown>();
    const tracer = makeTracerProvider({}, gatherer as never).getTracer('t');
    gatherer.wanted = true;
    const span = tracer.startSpan('a');
    for (let i = 0; i < 110; i++) span.addEvent(String(i));
    span.end();
    assert.equal((gatherer.take().items[0] as { events: unknown[] }).events.length, 110);
  });
});
