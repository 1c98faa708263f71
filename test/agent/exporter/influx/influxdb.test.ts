import assert from 'node:assert/strict';
import { InfluxDbTransport, Logger, Sender, type InfluxDbConfig, type Outcome } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { until } from '../../../support/process.js';
import { checkAccounts } from '../accounts.js';
import { HttpServer } from '../http-server.js';
import { COMMON, request, turn } from '../sender-setup.js';

const TOKEN = 's3cr3t-token';
const LINE = 'wireguard_device,name=wg0 peers=1i 1\n';

interface Setup {
  readonly server: HttpServer;
  readonly transport: InfluxDbTransport;
  readonly sender: Sender;
  readonly log: string[];
  /** What the sender waited, in milliseconds; no time passes. */
  readonly delays: number[];
}

/** Runs a test with an exporter and a real server. */
async function withInfluxDb(
  answer: Parameters<typeof HttpServer.start>[0],
  test: (setup: Setup) => Promise<void>,
  more: Partial<InfluxDbConfig> = {},
): Promise<void> {
  const server = await HttpServer.start(answer);
  const config: InfluxDbConfig = {
    type: 'influxdb',
    url: `http://127.0.0.1:${server.port}/api/v2/write?org=o&bucket=b&precision=ns`,
    ...COMMON,
    headers: { authorization: `Token ${TOKEN}` },
    ...more,
  };
  const [log, delays]: [string[], number[]] = [[], []];
  const transport = new InfluxDbTransport(config);
  const sender = new Sender(transport, new Logger({ stream: { write: (line: string) => log.push(line) } }), {
    sleep: async (millis) => {
      delays.push(millis);
      await turn();
    },
    random: () => 0.5,
  });
  try {
    await test({ server, transport, sender, log, delays });
    checkAccounts(sender.deliveries);
    assert.ok(!log.join('').includes(TOKEN), log.join(''));
  } finally {
    server.stop();
    await sender.shutdown(0);
  }
}

const once = (transport: InfluxDbTransport): Promise<Outcome> =>
  transport.send({ bytes: Buffer.from(LINE) }, new AbortController().signal);

describe('an exporter to InfluxDB', () => {
  for (const compression of ['gzip', 'none'] as const) {
    it(`writes lines, with compression ${compression}`, () =>
      withInfluxDb(
        (response) => response.writeHead(204).end(),
        async ({ server, sender }) => {
          await sender.enqueue(request(LINE));
          await until('it is written', () => sender.deliveries.sent.requests === 1);
          const [{ url, headers, body }] = server.received as [(typeof server.received)[0]];
          assert.equal(url, '/api/v2/write?org=o&bucket=b&precision=ns');
          assert.equal(headers.authorization, `Token ${TOKEN}`);
          assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
          assert.equal(headers['content-encoding'], compression === 'gzip' ? 'gzip' : undefined);
          assert.equal(body.toString(), LINE);
        },
        { compression },
      ));
  }

  const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
  for (const [status, said, kind, lasting, message] of [
    [
      400,
      '{"code":"invalid","message":"unable to parse"}',
      'refused',
      false,
      /^HTTP 400: unable to parse: of a request/,
    ],
    [400, '{"error":"partial write: field type conflict"}', 'refused', false, /^HTTP 400: partial write/],
    [401, '{"code":"unauthorized","message":"unauthorized access"}', 'refused', true, /unauthorized access: is token/],
    [403, '', 'refused', true, /^HTTP 403: may this token/],
    [
      404,
      '{"code":"not found","message":"bucket \\"b\\" not found"}',
      'refused',
      true,
      /bucket "b" not found: are there/,
    ],
    [413, '', 'refused', false, /^HTTP 413: the server takes smaller/],
    [422, '', 'refused', false, /^HTTP 422$/],
    [429, '', 'failed', undefined, /^HTTP 429$/],
    [500, '{"code":"internal error","message":"disk full"}', 'failed', undefined, /^HTTP 500: disk full$/],
    [503, '', 'failed', undefined, /^HTTP 503$/],
  ] as const) {
    it(`takes ${status} ${said} for ${kind}`, () =>
      withInfluxDb(
        (response) => response.writeHead(status, JSON_TYPE).end(said),
        async ({ transport }) => {
          const outcome = await once(transport);
          assert.equal(outcome.kind, kind);
          assert.match(outcome.message, message);
          if (outcome.kind === 'refused') assert.equal(outcome.lasting, lasting);
        },
      ));
  }

  it('waits as long as the server asks, and then writes', () =>
    withInfluxDb(
      (response, index) => (index === 0 ? response.writeHead(503, { 'retry-after': '7' }).end() : undefined),
      async ({ server, sender, delays }) => {
        await sender.enqueue(request(LINE, 3));
        await until('it is written', () => sender.deliveries.sent.items === 3);
        assert.deepEqual([delays, server.received.length], [[7000], 2]);
      },
    ));

  it('drops and counts what is refused, says so once, and says when that is over', () =>
    withInfluxDb(
      (response, index) => (index < 2 ? response.writeHead(401).end() : undefined),
      async ({ sender, log }) => {
        for (const items of [1, 2, 4]) await sender.enqueue(request(LINE, items));
        await until('the third is written', () => sender.deliveries.sent.items === 4);
        assert.deepEqual(sender.deliveries.dropped, { http_401: { requests: 2, items: 3 } });
        assert.equal(log.filter((line) => line.includes('dropped a request')).length, 1);
        assert.match(log.join(''), /the server takes requests now/);
      },
    ));

  it('tries again over a server that breaks off', () =>
    withInfluxDb(
      (response, index) => (index < 2 ? (response.socket?.destroy(), true) : undefined),
      async ({ sender }) => {
        await sender.enqueue(request(LINE));
        await until('it is written', () => sender.deliveries.sent.requests === 1);
      },
    ));

  it('gives up an attempt at a server that stalls', () =>
    withInfluxDb(
      () => true,
      async ({ transport }) => {
        const outcome = await once(transport);
        assert.deepEqual([outcome.kind, outcome.kind === 'failed' && outcome.reason], ['failed', 'deadline_exceeded']);
      },
      { timeout: 300 },
    ));
});
