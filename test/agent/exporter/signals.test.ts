import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import {
  FanOut,
  Logger,
  OtlpGrpcTransport,
  OtlpHttpTransport,
  Sender,
  type OtlpHttpConfig,
  type Outcome,
  type Signal,
} from '@wgotel/agent';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { HttpServer } from './http-server.js';
import { OK, OtlpServer } from './otlp-server.js';
import { COMMON, DEADLINE, otlpConfig, request, untilAborted } from './sender-setup.js';

const never = new AbortController().signal;
const SIGNALS = ['metrics', 'logs', 'traces'] as const;

/** A partial success of any signal: field 1 counts, field 2 says why. */
const PARTIAL = Buffer.from([0x0a, 0x07, 0x08, 0x03, 0x12, 0x03, ...Buffer.from('why')]);
const WORDS = { metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords', traces: 'rejectedSpans' };

function httpConfig(port: number): OtlpHttpConfig {
  return { type: 'otlp_http', url: `http://127.0.0.1:${port}/x`, encoding: 'proto', ...COMMON };
}

async function sendHttp(port: number, signal: Signal): Promise<Outcome> {
  const transport = new OtlpHttpTransport(httpConfig(port), signal);
  try {
    return await transport.send({ bytes: Buffer.alloc(0) }, never);
  } finally {
    transport.close();
  }
}

for (const signal of SIGNALS) {
  describe(`of ${signal}`, () => {
    it('what a server does not take is counted, over gRPC', async () => {
      const server = await OtlpServer.start(() => PARTIAL);
      const transport = new OtlpGrpcTransport(otlpConfig(server.port), signal);
      try {
        const outcome = await transport.send({ bytes: Buffer.from('abc') }, never);
        assert.deepEqual(outcome, { kind: 'sent', rejectedItems: 3, message: 'why' });
        assert.deepEqual(
          SIGNALS.map((each) => server.receivedOf(each).length),
          SIGNALS.map((each) => (each === signal ? 1 : 0)),
        );
      } finally {
        transport.close();
        server.stop();
      }
    });

    for (const [name, type, body] of [
      ['protobuf', 'application/x-protobuf', PARTIAL],
      ['JSON', 'application/json', JSON.stringify({ partialSuccess: { [WORDS[signal]]: '3', errorMessage: 'why' } })],
    ] as const) {
      it(`what a server does not take is counted, over HTTP as ${name}`, async () => {
        const server = await HttpServer.start((response) => {
          response.setHeader('content-type', type).end(body);
        });
        try {
          assert.deepEqual(await sendHttp(server.port, signal), { kind: 'sent', rejectedItems: 3, message: 'why' });
        } finally {
          server.stop();
        }
      });
    }
  });
}

describe('a server without a pipeline', () => {
  it('is told of once, however seldom something is sent, and again when it is over', async () => {
    let missing = true;
    const server = await OtlpServer.start((_, signal) =>
      missing && signal === 'logs' ? { code: status.UNIMPLEMENTED, details: 'unknown service' } : OK,
    );
    const log: string[] = [];
    let now = 0;
    const sender = new Sender(
      new OtlpGrpcTransport(otlpConfig(server.port), 'logs'),
      new Logger({ stream: { write: (line: string) => log.push(line) } }),
      { now: () => now, sleep: (_, signal) => untilAborted(signal) },
    );
    try {
      const sent = async (): Promise<void> => {
        await sender.enqueue(request('a', 2));
        while (sender.deliveries.queued.requests > 0) await new Promise((resolve) => setTimeout(resolve, 2));
        now += 3_600_000;
      };
      for (let i = 0; i < 5; i++) await sent();
      assert.equal(log.length, 1);
      assert.match(
        log[0]!,
        /"unimplemented".*unknown service: a Collector without a pipeline for logs answers so: add logs to service\.pipelines there, or send no logs to it/,
      );
      assert.deepEqual(sender.deliveries.dropped, { unimplemented: { requests: 5, items: 10 } });
      missing = false;
      for (let i = 0; i < 2; i++) await sent();
      missing = true;
      await sent();
      assert.deepEqual(
        log.map((line) => line.split('\t')[2]),
        ['dropped a request', 'the server takes requests now', 'dropped a request'],
      );
    } finally {
      await sender.shutdown(DEADLINE);
      server.stop();
    }
  });

  it('is told of over HTTP too', async () => {
    const server = await HttpServer.start((response) => response.writeHead(404).end());
    try {
      const outcome = await sendHttp(server.port, 'traces');
      assert.ok(outcome.kind === 'refused' && outcome.lasting === true);
      assert.match(outcome.message, /^HTTP 404: .*\/v1\/traces is added to endpoint.*add traces to service\.pipelines/);
    } finally {
      server.stop();
    }
  });
});

describe('two exporters and three signals', () => {
  it('go on while one exporter is down and another refuses a signal', async () => {
    const good = await OtlpServer.start();
    const partly = await OtlpServer.start(undefined, { signals: ['logs'] });
    const down = await OtlpServer.start();
    down.stop();
    const silent = new Logger({ stream: { write: () => undefined } });
    const senders = SIGNALS.map((signal) =>
      [good, partly, down].map(({ port }) => new Sender(new OtlpGrpcTransport(otlpConfig(port), signal), silent)),
    );
    try {
      for (let i = 0; i < 4; i++) {
        for (const ofSignal of senders) await new FanOut(ofSignal).enqueue(request(String(i)));
      }
      const others = senders.flatMap((ofSignal) => ofSignal.slice(0, 2));
      await until('the others are done', () => others.every(({ deliveries }) => deliveries.queued.requests === 0));
      await Promise.all(senders.flat().map((sender) => sender.shutdown(0)));
      assert.deepEqual(
        senders.map((ofSignal) =>
          ofSignal.map(({ deliveries: { sent, dropped } }) => [sent.requests, ...Object.keys(dropped)]),
        ),
        [
          [[4], [4], [0, 'shutdown']],
          [[4], [4], [0, 'shutdown']],
          [[4], [0, 'unimplemented'], [0, 'shutdown']],
        ],
      );
      for (const signal of SIGNALS) {
        assert.deepEqual(
          good.receivedOf(signal).map(({ bytes }) => bytes.toString()),
          ['0', '1', '2', '3'],
        );
      }
    } finally {
      good.stop();
      partly.stop();
    }
  });
});
