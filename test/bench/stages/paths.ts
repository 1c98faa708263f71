import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import {
  Gatherer,
  Logger,
  makeLoggerProvider,
  makeTracerProvider,
  TelegrafLines,
  Textfiles,
  type Page,
} from '@wgotel/agent';
import {
  runAtOnce,
  SCOPE,
  SessionIdGenerator,
  SOURCES,
  visitPoints,
  WireGuardReceiver,
  type Device,
  type Source,
} from '@wgotel/core';
import { MetricDataSink } from '@wgotel/core/producer';
import { expositionOf, receiverWith, sourceOf } from '../../agent/prometheus/shown.js';
import { lengthOf, RESOURCE, type Round } from './scrape.js';
import type { Stage } from './stage.js';

/** Other ways in and out than from a socket to OTLP.
 *
 *  @param folder for files */
export function pathStages(folder: string, round: Round) {
  const [dump, textfile] = [join(folder, 'dump'), join(folder, 'bench.prom')];
  const signal = new AbortController().signal;
  const wg = SOURCES['wg-show']({ command: ['sh', '-c', `cat ${dump}`] });
  let read = round.reading;

  const source: Source = { name: 'bench', read: () => Promise.resolve(round.reading) };
  const own = { source, meterProvider: false, peerLimit: Infinity } as const;
  const quiet = new WireGuardReceiver({ ...own, loggerProvider: false, tracerProvider: false });
  const [records, spans] = [gatherer<ReadableLogRecord>(), gatherer<ReadableSpan>()];
  const idGenerator = new SessionIdGenerator();
  const telling = new WireGuardReceiver({
    ...own,
    loggerProvider: makeLoggerProvider(RESOURCE, records),
    tracerProvider: makeTracerProvider(RESOURCE, spans, idGenerator),
    sessions: { idGenerator },
  });

  let page: Page;
  let sink: MetricDataSink;
  const lines = new TelegrafLines(RESOURCE, 'full');
  const resource = resourceFromAttributes(RESOURCE);
  const pages = () => sourceOf({ wireguard: receiverWith(round.frame) });

  return {
    /** Reads what `wg` would say, from a program that has it in a file. */
    wgShow: {
      prepare: () => writeFileSync(dump, round.reading.devices.map(toDump).join('')),
      run: async () => {
        read = await wg.read({ signal, previous: read });
        return 0;
      },
    },
    quiet: { run: () => quiet.scrape().then(() => 0) },
    telling: {
      run: async () => {
        await telling.scrape();
        const logs = ProtobufLogsSerializer.serializeRequest([...records.take().items]);
        const traces = ProtobufTraceSerializer.serializeRequest([...spans.take().items]);
        return lengthOf([logs!, traces!]);
      },
    },
    page: {
      run: async () => {
        page = await expositionOf({ wireguard: receiverWith(round.frame) }).page();
        return (await page.body('text', false)).length;
      },
    },
    pageGzip: { run: async () => (await page.body('text', true)).length },
    /** From the frame to a file, which is removed again. */
    textfile: {
      run: async () => {
        const files = new Textfiles(pages, new Logger({ stream: { write: () => true } }));
        await files.configure({ bench: { type: 'textfile', path: textfile, profiles: { native: {} }, receivers: [] } });
        await files.close();
        return 0;
      },
    },
    lines: {
      run: () => lengthOf([...lines.requests(round.frame)].map((request) => request?.bytes ?? Buffer.alloc(0))),
    },
    metricData: {
      run: () => {
        sink = new MetricDataSink();
        runAtOnce(visitPoints(round.frame, round.frame.monotonicTime, sink));
        return 0;
      },
    },
    /** The official serializer, of the same points. */
    serializer: {
      run: () => {
        const scopeMetrics = [{ scope: SCOPE, metrics: sink.metrics }];
        return ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics })!.length;
      },
    },
  } satisfies Record<string, Stage>;
}

function gatherer<T>(): Gatherer<T> {
  const gathered = new Gatherer<T>();
  gathered.wanted = true;
  return gathered;
}

/** Writes what `wg show all dump` says of a device. */
function toDump({ name, publicKey, listenPort = 0, peers }: Device): string {
  const lines = [[name, '(none)', publicKey ?? '(none)', listenPort, 'off']];
  for (const peer of peers) {
    const { endpoint = '(none)', lastHandshakeTime = 0, persistentKeepaliveInterval: keepalive = 'off' } = peer;
    const counters = [Math.floor(lastHandshakeTime / 1000), peer.receiveBytes, peer.transmitBytes];
    lines.push([
      name,
      peer.publicKey,
      '(none)',
      endpoint,
      peer.allowedIPs.join(',') || '(none)',
      ...counters,
      keepalive,
    ]);
  }
  return lines.map((columns) => `${columns.join('\t')}\n`).join('');
}
