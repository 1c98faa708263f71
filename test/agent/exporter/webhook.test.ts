import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Logger, RETRY, Sender, Webhook, WebhookTransport, type WebhookConfig } from '@wgotel/agent';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { repositoryPath } from '../../support/repository.js';
import { records, type EventGiven } from '../gathering/records.js';
import { HttpServer } from './http-server.js';
import { COMMON, turn } from './sender-setup.js';

const SECRET = 's3cr3t-path';

interface Setup {
  readonly server: HttpServer;
  readonly sender: Sender;
  readonly log: string[];
  /** What the sender waited, in milliseconds; no time passes. */
  readonly delays: number[];
  /** Posts events, at a time in milliseconds. */
  readonly post: (time: number, ...events: EventGiven[]) => void;
}

/** Runs a test with a webhook and a real server. */
async function withWebhook(
  more: Partial<WebhookConfig>,
  answer: Parameters<typeof HttpServer.start>[0],
  test: (setup: Setup) => Promise<void>,
  resource?: Record<string, string>,
): Promise<void> {
  const server = await HttpServer.start(answer);
  const log: string[] = [];
  const config: WebhookConfig = {
    type: 'webhook',
    url: `http://127.0.0.1:${server.port}/${SECRET}?token=${SECRET}`,
    format: 'json',
    events: undefined,
    ...COMMON,
    ...more,
  };
  const logger = new Logger({ stream: { write: (line: string) => log.push(line) } });
  let now = 0;
  const delays: number[] = [];
  const sender = new Sender(new WebhookTransport(config), logger, {
    retry: config.retry,
    now: () => now,
    sleep: async (millis) => {
      now += millis;
      delays.push(millis);
      await turn();
    },
    random: () => 0.5,
  });
  let time = 0;
  const webhook = new Webhook(config, sender, () => time);
  const post = (at: number, ...events: EventGiven[]): void => {
    time = at;
    webhook.take(records(events, resource as never));
  };
  try {
    await test({ server, sender, log, delays, post });
    assert.ok(!log.join('').includes(SECRET) && !JSON.stringify(sender.state).includes(SECRET), log.join(''));
  } finally {
    await sender.shutdown(0);
    server.stop();
  }
}

const INFO = 9;
const matches = new Ajv2020({ formats: { 'date-time': true } }).compile(
  JSON.parse(readFileSync(repositoryPath('docs/schema/webhook.schema.json'), 'utf8')),
);
const STALE = { body: 'wg0: alice <a&b> went stale', attributes: { 'wireguard.peer.id': '0123456789abcdef' } };

describe('a webhook', () => {
  it('posts warnings as JSON', () =>
    withWebhook({ headers: { authorization: 'Bearer x' } }, undefined, async ({ server, sender, post }) => {
      post(0, STALE, { severityNumber: INFO });
      await until('it is posted', () => sender.deliveries.sent.requests === 1);
      const [{ url, headers, body }] = server.received as [(typeof server.received)[0]];
      assert.deepEqual(
        [url, headers['content-type'], headers.authorization],
        [`/${SECRET}?token=${SECRET}`, 'application/json', 'Bearer x'],
      );
      const message = JSON.parse(body.toString());
      assert.ok(matches(message), JSON.stringify(matches.errors));
      assert.deepEqual(message, {
        event: 'wireguard.peer.state.changed',
        time: '2026-11-24T20:00:00.500Z',
        severity: 'WARN',
        message: 'wg0: alice <a&b> went stale',
        attributes: { 'wireguard.peer.id': '0123456789abcdef' },
        resource: { 'service.name': 'wgotel', 'host.name': 'edge' },
        leftOut: 0,
      });
      assert.equal(server.received.length, 1);
    }));

  it('posts a text for Slack, in which nothing is a command', () =>
    withWebhook({ format: 'slack' }, undefined, async ({ server, post }) => {
      post(0, STALE);
      await until('it is posted', () => server.received.length === 1);
      assert.deepEqual(JSON.parse(server.received[0]!.body.toString()), {
        text: 'WireGuard on edge\nwg0: alice &lt;a&amp;b&gt; went stale',
      });
    }));

  it('posts to ntfy with title, priority and tags', () =>
    withWebhook(
      { format: 'ntfy', events: ['wireguard.peer.added', 'wireguard.peer.state.changed'] },
      undefined,
      async ({ server, post }) => {
        post(0, STALE, { eventName: 'wireguard.peer.added', severityNumber: INFO, body: 'wg0: bob is new' });
        await until('both are posted', () => server.received.length === 2);
        assert.deepEqual(
          server.received.map(({ headers: { title, priority, tags }, body }) => [
            title,
            priority,
            tags,
            body.toString(),
          ]),
          [
            ['=?UTF-8?B?V2lyZUd1YXJkIG9uIHrDvHJpY2g=?=', '4', 'warning,wireguard.peer.state.changed', STALE.body],
            [
              '=?UTF-8?B?V2lyZUd1YXJkIG9uIHrDvHJpY2g=?=',
              '3',
              'information_source,wireguard.peer.added',
              'wg0: bob is new',
            ],
          ],
        );
      },
      { 'host.name': 'zürich' },
    ));

  it('posts only the events that are named', () =>
    withWebhook({ events: ['wireguard.device.down'] }, undefined, async ({ server, sender, post }) => {
      post(0, STALE, { eventName: 'wireguard.device.down', body: 'down' }, STALE);
      await until('it is posted', () => sender.deliveries.sent.requests === 1);
      assert.match(server.received[0]!.body.toString(), /"message":"down"/);
      assert.deepEqual([server.received.length, sender.deliveries.enqueued.requests], [1, 1]);
    }));

  it('posts ten at once and then one in ten seconds, and says what it left out', () =>
    withWebhook({ format: 'slack' }, undefined, async ({ server, sender, log, post }) => {
      post(0, ...Array.from({ length: 25 }, () => STALE));
      post(9999, STALE);
      post(10_000, STALE);
      await until('they are posted', () => server.received.length === 11);
      const texts = server.received.map(({ body }) => (JSON.parse(body.toString()) as { text: string }).text);
      assert.equal(texts.filter((text) => text.includes('left out')).length, 1);
      assert.match(texts[10]!, /\n16 more events were left out before this one\.$/);
      assert.deepEqual(sender.deliveries.dropped, { rate_limited: { requests: 0, items: 16 } });
      assert.equal(log.filter((line) => line.includes('left out what was too much')).length, 1);
    }));

  it('tries again for as long as is set, then drops and counts', () =>
    withWebhook(
      { retry: { ...RETRY, maxElapsedTime: 5000 } },
      (response) => response.writeHead(500).end('no'),
      async ({ server, sender, log, post }) => {
        post(0, STALE);
        await until('it is given up', () => sender.deliveries.dropped['gave_up'] !== undefined);
        assert.ok(server.received.length >= 3);
        assert.match(log.join(''), /sending failed, will be tried again\t.*"http_500"/);
      },
    ));

  it('waits as long as the server asks', () =>
    withWebhook(
      {},
      (response, index) => (index === 0 ? response.writeHead(429, { 'retry-after': '7' }).end() : undefined),
      async ({ sender, delays, post }) => {
        post(0, STALE);
        await until('it is posted', () => sender.deliveries.sent.requests === 1);
        assert.deepEqual(delays, [7000]);
      },
    ));

  it('does not try again what is refused, and shows nothing of what the server quotes', () =>
    withWebhook(
      {},
      (response) => response.writeHead(404, { 'content-type': 'text/plain' }).end(`no /${SECRET} here`),
      async ({ server, sender, log, post }) => {
        post(0, STALE);
        await until('it is dropped', () => sender.deliveries.dropped['http_404'] !== undefined);
        assert.equal(server.received.length, 1);
        assert.match(log.join(''), /dropped a request\t.*"endpoint": "http:\/\/127\.0\.0\.1:\d+".*"HTTP 404"/);
      },
    ));
});
