import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Logger, Pages } from '@wgotel/agent';
import { Tracker } from '@wgotel/core';
import { afterEach, describe, it } from 'mocha';
import { freePort, isListening, until } from '../../support/process.js';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';
import { scenario } from './scenario.js';
import { ask, pagesOf, ServedPages } from './served.js';
import { receiverWith, sourceOf, type FakeReceiver } from './shown.js';

/** A device whose page is more than the kernel holds of it for a client that does not read. */
function large(): FakeReceiver {
  const peers = Array.from({ length: 30_000 }, (_, index) => peer(`peer ${index}`));
  const tracker = new Tracker({ collectionInterval: 1e9, peerLimit: 30_000 });
  return receiverWith(advance(tracker, snapshot(0, [device(peers)])));
}

/** Asks for a page on each connection, and stops to read once it begins to come. */
async function stall(sockets: readonly Socket[]): Promise<void> {
  const begun = sockets.map(async (socket) => {
    socket.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
  });
  await Promise.all(begun);
}

describe('the server of pages', () => {
  let served: ServedPages | undefined;
  const sockets: Socket[] = [];
  const open = async (port: number): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await served?.close();
    served = undefined;
  });

  for (const [name, options, status, type] of [
    ['a scraper', {}, 200, /^text\/plain; version=0\.0\.4; charset=utf-8$/],
    [
      'a scraper that likes OpenMetrics',
      { headers: { accept: 'application/openmetrics-text;version=1.0.0' } },
      200,
      /^application\/openmetrics-text; version=1\.0\.0; charset=utf-8$/,
    ],
    ['a profile by its name', { path: '/metrics/native' }, 200, /^text\/plain; version/],
    ['a query', { path: '/metrics?name=x' }, 200, /^text\/plain; version/],
    ['HEAD', { method: 'HEAD' }, 200, /^text\/plain; version/],
    ['another path', { path: '/' }, 404, /^text\/plain; charset/],
    ['a profile that is not served', { path: '/metrics/mindflavor' }, 404, /^text\/plain; charset/],
    ['a path in disguise', { path: '/metrics/../metrics' }, 404, /^text\/plain; charset/],
    ['another method', { method: 'POST' }, 405, /^text\/plain; charset/],
    ['a name that leads here by someone else’s DNS', { headers: { host: 'evil.example.com' } }, 421, /charset/],
    ['localhost', { headers: { host: 'localhost:9586' } }, 200, /^text\/plain; version/],
    ['an address', { headers: { host: '[::1]:9586' } }, 200, /^text\/plain; version/],
  ] as const) {
    it(`answers ${status} to ${name}`, async () => {
      served = await ServedPages.start(receiverWith(scenario()));
      const { status: answered, headers, body } = await ask(served.port, options);
      assert.equal(answered, status);
      assert.match(headers['content-type'] ?? '', type);
      if (status === 200) assert.ok(Number(headers['content-length']) > 0);
      assert.equal(body.length > 0, !('method' in options) || options.method !== 'HEAD');
    });
  }

  it('sends all who ask between two scrapes the same bytes, compressed or not', async () => {
    served = await ServedPages.start(large());
    const { port } = served;
    const plain = await ask(port);
    const again = await ask(port);
    const compressed = await ask(port, { headers: { 'accept-encoding': 'gzip, deflate' } });
    assert.equal(compressed.headers['content-encoding'], 'gzip');
    assert.ok(plain.body.length > 10_000_000 && compressed.body.length < plain.body.length / 5);
    assert.ok(again.body.equals(plain.body) && gunzipSync(compressed.body).equals(plain.body));
  });

  it('serves 50 scrapers at once, who share the page', async () => {
    served = await ServedPages.start(large());
    const { port } = served;
    const { length } = (await ask(port)).body;
    const before = process.memoryUsage().arrayBuffers;
    // None of them reads: what they were sent lies with the kernel, what they were not must not lie here 50 times.
    const stalled = await Promise.all(Array.from({ length: 50 }, () => open(port)));
    await stall(stalled);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < 5 * length, `${grown} bytes more for 50 times ${length}`);
    const { status, body } = await ask(port);
    assert.deepEqual([status, body.length], [200, length]);
    const read = stalled.map(async (socket) => {
      let received = socket.bytesRead;
      socket.on('data', (piece: Buffer) => (received += piece.length)).resume();
      await until('it has the page', () => received > length);
    });
    await Promise.all(read);
  });

  it('answers no more than 64 at once', async () => {
    served = await ServedPages.start(large());
    const { port } = served;
    const stalled = await Promise.all(Array.from({ length: 64 }, () => open(port)));
    await stall(stalled);
    assert.equal((await ask(port)).status, 503);
    for (const socket of stalled) socket.destroy();
    await until('it answers again', async () => (await ask(port)).status === 200);
  });

  it('cuts off who does not say what it wants, and answers others meanwhile', async () => {
    served = await ServedPages.start(receiverWith(scenario()));
    const { port } = served;
    const slow = await Promise.all(Array.from({ length: 100 }, () => open(port)));
    const closed = slow.map((socket) => once(socket.resume(), 'close'));
    const drip = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('x-a: b\r\n');
    }, 500);
    try {
      for (const socket of slow) socket.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n');
      assert.equal((await ask(port)).status, 200);
      await Promise.all(closed);
    } finally {
      clearInterval(drip);
    }
  });

  it('is where another configuration says, and never away from where it stays', async () => {
    served = await ServedPages.start(receiverWith(scenario()));
    const { port, pages } = served;
    const other = await freePort();
    const both = {
      prometheus: { endpoint: `127.0.0.1:${port}` },
      'prometheus/b': { endpoint: `127.0.0.1:${other}` },
    };
    const held = await open(port);
    await pages.listen(pagesOf(both));
    assert.deepEqual([await isListening(port), await isListening(other)], [true, true]);
    // Exchanged: the places are the same.
    await pages.listen(pagesOf({ prometheus: both['prometheus/b'], 'prometheus/b': both.prometheus }));
    assert.equal((await ask(port)).status, 200);
    await pages.listen(pagesOf({ prometheus: both.prometheus }));
    assert.deepEqual([await isListening(port), await isListening(other)], [true, false]);
    held.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    assert.match(String((await once(held, 'data'))[0]), /^HTTP\/1\.1 200 OK/);
    assert.deepEqual([...pages.urls], [['prometheus', [`http://127.0.0.1:${port}/metrics`]]]);
  });

  it('stays as it was when one of the places can’t be had, and says which', async () => {
    served = await ServedPages.start(receiverWith(scenario()));
    const { port, pages } = served;
    const free = await freePort();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const at = (taken.address() as AddressInfo).port;
    try {
      const next = pagesOf({
        prometheus: { endpoint: `127.0.0.1:${free}` },
        'prometheus/b': { endpoint: `127.0.0.1:${at}` },
      });
      await assert.rejects(
        pages.listen(next),
        new RegExp(
          `metrics can't be served on 127\\.0\\.0\\.1:${at}: another program listens there; set exporters\\.prometheus/b\\.endpoint`,
        ),
      );
      assert.deepEqual([await isListening(free), (await ask(port)).status], [false, 200]);
    } finally {
      taken.close();
    }
  });

  it('that nobody asked for only warns of a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const log: string[] = [];
    const pages = new Pages(() => sourceOf({}), new Logger({ stream: { write: (line) => log.push(line) } }));
    try {
      const { prometheus } = pagesOf({ prometheus: { endpoint: `127.0.0.1:${port}` } });
      await pages.listen({ prometheus: { ...prometheus!, explicit: false } });
      assert.match(log.join(''), /\twarn\tmetrics can't be served on .*: another program listens there; set exporters/);
      assert.equal(pages.urls.size, 0);
    } finally {
      await pages.close();
      taken.close();
    }
  });
});
