import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { createTransport, encodeBatches, Logger, readConfiguration, Sender, type Signal } from '@wgotel/agent';
import { after, before, describe, it } from 'mocha';
import { LINKED, records, sessionSpan } from '../agent/gathering/records.js';
import { startCollector, type RunningCollector } from '../support/collector.js';
import type { OtlpLogRecord } from '../support/otlp-json.js';
import { until } from '../support/process.js';

const silent = new Logger({ stream: { write: () => undefined } });

describe('a real Collector', () => {
  let collector: RunningCollector;
  before(async () => (collector = await startCollector()));
  after(() => collector.stop());

  for (const [name, type, keys] of [
    ['gRPC', 'otlp_grpc', ''],
    ['HTTP as protobuf', 'otlp_http', ''],
    ['HTTP as JSON', 'otlp_http', ', encoding: json'],
  ] as const) {
    const send = async <T>(
      signal: Signal,
      items: readonly T[],
      serialize: (items: T[]) => Uint8Array | undefined,
    ): Promise<void> => {
      const port = type === 'otlp_grpc' ? collector.grpcPort : collector.httpPort;
      const text = `exporters: { ${type}: { endpoint: "http://127.0.0.1:${port}"${keys} } }`;
      const file = { name: 'c', text };
      const { exporters } = readConfiguration({ flags: {}, env: {}, file, readFile: () => Buffer.of() });
      const sender = new Sender(createTransport(exporters[type]![signal]!, signal), silent);
      for (const request of encodeBatches(items, serialize)) await sender.enqueue(request);
      await sender.shutdown(5000);
      assert.deepEqual([sender.deliveries.sent.items, sender.deliveries.dropped], [items.length, {}]);
    };

    it(`takes events over ${name} as they were meant`, async () => {
      const body = `event ${name}`;
      await send('logs', records([{ body, attributes: { 'wireguard.peer.id': 'ab', list: ['a', 'b'] } }]), (items) =>
        ProtobufLogsSerializer.serializeRequest(items),
      );
      const find = async (): Promise<OtlpLogRecord | undefined> =>
        (await collector.exported())
          .flatMap(({ resourceLogs = [] }) => resourceLogs)
          .flatMap(({ scopeLogs }) => scopeLogs)
          .flatMap(({ logRecords }) => logRecords)
          .find((record) => record.body?.stringValue === body);
      await until('it is there', async () => (await find()) !== undefined);
      const { eventName, severityNumber, timeUnixNano, attributes } = (await find())!;
      assert.deepEqual(
        { eventName, severityNumber, timeUnixNano, attributes },
        {
          eventName: 'wireguard.peer.state.changed',
          severityNumber: 13,
          timeUnixNano: '1795550400500000000',
          attributes: [
            { key: 'wireguard.peer.id', value: { stringValue: 'ab' } },
            { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } } },
          ],
        },
      );
    });

    it(`takes sessions over ${name} with their ids, links and events`, async () => {
      const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
      await send('traces', sessionSpan(ids), (items) => ProtobufTraceSerializer.serializeRequest(items));
      const find = async (): Promise<unknown> =>
        (await collector.exported())
          .flatMap(({ resourceSpans = [] }) => resourceSpans)
          .flatMap(({ scopeSpans }) => scopeSpans)
          .flatMap(({ spans }) => spans)
          .find(({ traceId }) => traceId === ids.traceId);
      await until('it is there', async () => (await find()) !== undefined);
      const { flags: _, links, ...span } = (await find()) as { flags?: number; links: { flags?: number }[] };
      assert.deepEqual(span, {
        ...ids,
        name: 'wireguard.session',
        kind: 1,
        startTimeUnixNano: '1795550400000000000',
        endTimeUnixNano: '1795550580000000000',
        attributes: [
          { key: 'wireguard.peer.id', value: { stringValue: '0123456789abcdef' } },
          { key: 'count', value: { intValue: '7' } },
        ],
        events: [
          {
            timeUnixNano: '1795550400001000000',
            name: 'wireguard.peer.handshake',
            attributes: [{ key: 'a', value: { stringValue: 'b' } }],
          },
        ],
        status: {},
      });
      const { traceId, spanId } = LINKED;
      assert.deepEqual(
        links.map(({ flags: __, ...link }) => link),
        [{ traceId, spanId, attributes: [{ key: 'wireguard.link', value: { stringValue: 'previous' } }] }],
      );
    });
  }
});
