import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GrafanaLiveTransport,
  Logger,
  RequestQueue,
  Sender,
  type GrafanaLiveConfig,
  type Outcome,
} from '@wgotel/agent';
import { describe, it } from 'mocha';
import { freePort, until } from '../../../support/process.js';
import { repositoryPath } from '../../../support/repository.js';
import { checkAccounts } from '../accounts.js';
import { HttpServer } from '../http-server.js';
import { COMMON, PLAIN, request, turn } from '../sender-setup.js';
import { configFor, TOKEN } from './live-config.js';
import { LiveServer, type OnMessage } from './live-server.js';

interface Setup {
  readonly server: LiveServer;
  readonly sender: Sender;
  readonly log: string[];
}

/** Runs a test with an exporter and a real server. */
async function withLive(
  onMessage: OnMessage | undefined,
  test: (setup: Setup) => Promise<void>,
  more: Partial<GrafanaLiveConfig> = {},
): Promise<void> {
  const server = await LiveServer.start(onMessage);
  const config = configFor(server.port, more);
  const log: string[] = [];
  const logger = new Logger({ stream: { write: (line: string) => log.push(line) } });
  const queue = new RequestQueue(config.queue.limit);
  const sender = new Sender(new GrafanaLiveTransport(config), logger, { sleep: turn, random: () => 0.5, queue });
  try {
    await test({ server, sender, log });
    checkAccounts(sender.deliveries);
    assert.ok(!log.join('').includes(TOKEN) && !JSON.stringify(sender.state).includes(TOKEN), log.join(''));
  } finally {
    await sender.shutdown(0);
    server.stop();
  }
}

async function once(config: GrafanaLiveConfig, bytes = Buffer.from('m f=1i 1\n')): Promise<Outcome> {
  const transport = new GrafanaLiveTransport(config);
  try {
    return await transport.send({ bytes }, new AbortController().signal);
  } finally {
    transport.close();
  }
}

describe('an exporter to Grafana Live', () => {
  for (const textFrames of [false, true]) {
    it(`sends each request as a message on one connection, ${textFrames ? 'text' : 'binary'}`, () =>
      withLive(
        undefined,
        async ({ server, sender }) => {
          const texts = ['m a=1i 1\n', 'm,t=ü a=2i 2\n', `m a="${'x'.repeat(900_000)}" 3\n`];
          const requests = texts.map((text, index) => request(text, index + 1));
          for (const each of requests) await sender.enqueue(each);
          await until('they are sent', () => sender.deliveries.sent.items === 6);
          assert.deepEqual(
            server.messages.map(({ text }) => text),
            texts,
          );
          assert.equal(server.connections, 1);
          const [{ isBinary, request: handshake }] = server.messages as [(typeof server.messages)[0]];
          assert.equal(isBinary, !textFrames);
          assert.equal(handshake.url, `/api/live/push/wg?gf_live_frame_format=${TOKEN}`);
          assert.equal(handshake.headers.authorization, `Bearer ${TOKEN}`);
          assert.match(handshake.headers['user-agent']!, /^wgotel\//);
          assert.match(sender.state.endpoint, /^ws:\/\/127\.0\.0\.1:\d+\/api\/live\/push\/wg$/);
          // Others may be sending the same bytes.
          assert.deepEqual(
            requests.map(({ bytes }) => bytes.toString()),
            texts,
          );
        },
        { textFrames },
      ));
  }

  for (const [what, onMessage] of [
    ['drops the connection', (socket) => socket.terminate()],
    ['closes it', (socket) => socket.close(1011, 'trouble')],
  ] as const satisfies [string, OnMessage][]) {
    it(`connects again and sends the same over a server that ${what}`, () =>
      withLive(
        (socket, index) => index < 3 && onMessage(socket),
        async ({ server, sender, log }) => {
          await sender.enqueue(request('a', 1));
          await sender.enqueue(request('b', 2));
          await until('they are sent', () => sender.deliveries.sent.items === 3);
          assert.deepEqual(
            server.messages.map(({ text }) => text),
            ['a', 'a', 'a', 'a', 'b'],
          );
          assert.equal(server.connections, 4);
          assert.match(log.join(''), /sending failed, will be tried again[^]*the server answers again/);
        },
      ));
  }

  it('does not send again what is too large for a server', () =>
    withLive(
      (socket, index) => index === 0 && socket.close(1009, 'too large'),
      async ({ server, sender, log }) => {
        await sender.enqueue(request('a', 5));
        await sender.enqueue(request('b', 2));
        await until('the other is sent', () => sender.deliveries.sent.items === 2);
        assert.deepEqual(sender.deliveries.dropped, { closed_1009: { requests: 1, items: 5 } });
        assert.deepEqual(
          server.messages.map(({ text }) => text),
          ['a', 'b'],
        );
        assert.match(log.join(''), /the server closed the connection: 1009: too large/);
      },
    ));

  it('cuts a connection that stalls, and loses no more than its queue has no room for, counted', () =>
    withLive(
      (_socket, index) => index < 2 && 'stall',
      async ({ server, sender }) => {
        const large = 'x'.repeat(900_000);
        for (let each = 0; each < 20; each++) await sender.enqueue(request(`${each} ${large}`, 1));
        await until('the rest is sent', () => sender.deliveries.queued.requests === 0);
        const { sent, dropped, enqueued } = sender.deliveries;
        assert.deepEqual([enqueued.items, sent.items + dropped['queue_full']!.items], [20, 20]);
        // The one that is being sent, and what three megabytes hold.
        assert.equal(sent.items, 4);
        assert.deepEqual(Object.keys(dropped), ['queue_full']);
        assert.ok(server.connections >= 2);
        assert.equal(server.messages.at(-1)!.text, `19 ${large}`);
      },
      { writeTimeout: 500, queue: { ...COMMON.queue, limit: 3_000_000 } },
    ));

  it('takes no other pong for an answer', () =>
    withLive(
      (socket, index) => {
        if (index > 0) return undefined;
        socket.pong('hello');
        return 'stall';
      },
      async ({ server, sender }) => {
        await sender.enqueue(request('a', 1));
        await until('it is sent', () => sender.deliveries.sent.items === 1);
        assert.deepEqual(
          server.messages.map(({ text }) => text),
          ['a', 'a'],
        );
      },
      { writeTimeout: 1000 },
    ));

  it('closes a connection on which nothing comes, and connects again when there is something', () =>
    withLive(
      undefined,
      async ({ server, sender }) => {
        await sender.enqueue(request('a'));
        await until('it is closed', () => server.ends.length === 1);
        await sender.enqueue(request('b'));
        await until('the other is sent', () => sender.deliveries.sent.requests === 2);
        assert.equal(server.connections, 2);
      },
      { readTimeout: 500 },
    ));

  it('says goodbye', () =>
    withLive(undefined, async ({ server, sender }) => {
      await sender.enqueue(request('a'));
      await until('it is sent', () => sender.deliveries.sent.requests === 1);
      await sender.shutdown(0);
      await until('it is closed', () => server.ends.length === 1);
      assert.deepEqual(server.ends, [1005]);
    }));

  for (const [status, kind, lasting, message] of [
    [200, 'refused', undefined, /does not speak WebSocket/],
    [301, 'refused', false, /^HTTP 301$/],
    [401, 'refused', true, /^HTTP 401: does the server want/],
    [403, 'refused', true, /^HTTP 403: may this token/],
    [404, 'refused', true, /^HTTP 404: is this the address/],
    [500, 'failed', undefined, /^HTTP 500$/],
    [503, 'failed', undefined, /^HTTP 503$/],
  ] as const) {
    it(`takes a handshake that is answered with ${status} for ${kind}`, async () => {
      const server = await HttpServer.start((response) => response.writeHead(status, { 'retry-after': '7' }).end('no'));
      try {
        const outcome = await once(configFor(server.port));
        assert.equal(outcome.kind, kind);
        assert.match(outcome.message, message);
        if (outcome.kind === 'refused') assert.equal(outcome.lasting, lasting);
        if (outcome.kind === 'failed') assert.equal(outcome.retryDelay, 7000);
      } finally {
        server.stop();
      }
    });
  }

  it('fails where nobody listens', async () => {
    const outcome = await once(configFor(await freePort()));
    assert.ok(outcome.kind === 'failed' && !outcome.connected, outcome.kind);
    assert.match(outcome.message, /ECONNREFUSED/);
  });

  it('gives up a connection that is not made in time, and one that is to end', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const slow = await once(configFor(port, { connectTimeout: 200 }));
      assert.ok(slow.kind === 'failed' && slow.reason === 'deadline_exceeded', JSON.stringify(slow));
      const end = new AbortController();
      const sending = new GrafanaLiveTransport(configFor(port)).send({ bytes: Buffer.from('a') }, end.signal);
      await until('it is connecting', () => sockets.length === 2);
      end.abort();
      assert.equal((await sending).kind, 'failed');
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  it('sends nothing but a ping of what is empty', () =>
    withLive(undefined, async ({ server }) => {
      assert.equal((await once(configFor(server.port), Buffer.alloc(0))).kind, 'sent');
      assert.deepEqual([server.connections, server.messages.length], [1, 0]);
    }));

  it('connects anew with a header that has changed in its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wgotel-live-'));
    const path = join(folder, 'token');
    const server = await LiveServer.start();
    let now = 0;
    writeFileSync(path, 'Bearer one');
    const config = configFor(server.port, { headers: {}, headerFiles: { authorization: path } });
    const transport = new GrafanaLiveTransport(config, () => now);
    const { signal } = new AbortController();
    try {
      assert.equal((await transport.send({ bytes: Buffer.from('a') }, signal)).kind, 'sent');
      writeFileSync(path, 'Bearer three');
      now += 60_000;
      assert.equal((await transport.send({ bytes: Buffer.from('b') }, signal)).kind, 'sent');
      const shown = server.messages.map(({ request: { headers } }) => headers.authorization);
      assert.deepEqual(shown, ['Bearer one', 'Bearer three']);
      await until('the old connection is closed', () => server.ends.length === 1);
    } finally {
      transport.close();
      server.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it('goes over TLS, and trusts whom it is told to', async () => {
    const file = (name: string): string => repositoryPath(`test/agent/exporter/certificates/${name}`);
    const server = await LiveServer.start(undefined, {
      cert: readFileSync(file('server.pem')),
      key: readFileSync(file('server.key')),
    });
    const url = `wss://localhost:${server.port}/x`;
    try {
      const tls = { ...PLAIN, insecure: false };
      const trusted = await once(configFor(0, { url, tls: { ...tls, caFile: file('ca.pem') } }));
      assert.equal(trusted.kind, 'sent', JSON.stringify(trusted));
      const unknown = await once(configFor(0, { url, tls }));
      assert.ok(unknown.kind === 'failed' && !unknown.connected, unknown.kind);
      assert.equal((await once(configFor(0, { url, tls: { ...tls, insecureSkipVerify: true } }))).kind, 'sent');
      assert.equal(server.messages.length, 2);
    } finally {
      server.stop();
    }
  });
});
