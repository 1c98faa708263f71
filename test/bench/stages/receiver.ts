import { ProtobufLogsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { Gatherer, makeLoggerProvider, makeTracerProvider } from '@wgotel/agent';
import { SessionIdGenerator, WireGuardReceiver, type Source } from '@wgotel/core';
import { lengthOf, RESOURCE, type Round } from './scrape.js';
import type { Stage } from './stage.js';

/** Scrapes of what the round has read. */
export function receiverStages(round: Round) {
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
  return {
    /** Neither events nor sessions. */
    quiet: { run: () => quiet.scrape().then(() => 0) },
    /** Both, and their OTLP bytes. */
    telling: {
      run: async () => {
        await telling.scrape();
        const logs = ProtobufLogsSerializer.serializeRequest([...records.take().items]);
        const traces = ProtobufTraceSerializer.serializeRequest([...spans.take().items]);
        return lengthOf([logs!, traces!]);
      },
    },
  } satisfies Record<string, Stage>;
}

function gatherer<T>(): Gatherer<T> {
  const gathered = new Gatherer<T>();
  gathered.wanted = true;
  return gathered;
}
