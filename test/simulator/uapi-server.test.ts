import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { UapiFault, UapiReply } from '@wgotel/simulator';
import { serveUapi } from '@wgotel/simulator';
import { describe, it } from 'mocha';
import { get, isWhole, read, request, withDirectory, withSimulator } from './raw-client.js';

const REPLY = Buffer.from(`private_key=${'1'.repeat(64)}\nlisten_port=51820\nerrno=0\n\n`);

/** Serves a reply at a path for the time of a test. */
async function servingAt(
  path: string,
  reply: UapiReply,
  fault: UapiFault | undefined,
  test: () => Promise<void>,
): Promise<void> {
  const server = await serveUapi(path, reply, fault);
  try {
    await test();
  } finally {
    await server.close();
  }
  await assert.rejects(stat(path), { code: 'ENOENT' });
}

const withPath = (test: (path: string) => Promise<void>): Promise<void> =>
  withDirectory((directory) => test(join(directory, 'wg0.sock')));

/** Serves REPLY under a fault for the time of a test. */
const serving = (fault: UapiFault | undefined, test: (path: string) => Promise<void>): Promise<void> =>
  withPath((path) => servingAt(path, REPLY, fault, () => test(path)));

/** Connects, sends a `get=1` and gives the connection to a test. */
async function conversing(path: string, test: (socket: Socket) => Promise<void>, text?: string): Promise<void> {
  const socket = await request(path, text);
  try {
    await test(socket);
  } finally {
    socket.destroy();
  }
}

const never = (): boolean => false;

describe('UAPI server', () => {
  it('answers several requests on one connection, also if they come at once or in pieces', () =>
    serving(undefined, (path) =>
      conversing(path, async (socket) => {
        assert.deepEqual((await read(socket, isWhole)).bytes, REPLY);
        socket.write('get=1\n\nget=1\n\nge');
        const twice = Buffer.concat([REPLY, REPLY]);
        assert.deepEqual((await read(socket, (bytes) => bytes.length === twice.length)).bytes, twice);
        socket.write('t=1\n\n');
        assert.deepEqual((await read(socket, isWhole)).bytes, REPLY);
      }),
    ));

  it('answers a client that has ended its own direction', () =>
    serving(undefined, (path) =>
      conversing(path, async (socket) => {
        socket.end();
        assert.deepEqual(await read(socket, never), { bytes: REPLY, ended: true });
      }),
    ));

  for (const operation of ['set=1\n\n', 'get=2\n\n', 'nonsense']) {
    it(`closes the connection on ${JSON.stringify(operation)}`, () =>
      serving(undefined, (path) =>
        conversing(
          path,
          async (socket) => assert.deepEqual(await read(socket, never), { bytes: Buffer.alloc(0), ended: true }),
          operation,
        ),
      ));
  }

  it('asks for the reply at each request', () =>
    withPath((path) => {
      let requests = 0;
      const reply = (): Buffer => Buffer.from(`listen_port=${++requests}\nerrno=0\n\n`);
      return servingAt(path, reply, undefined, async () => {
        assert.equal((await get(path)).toString(), 'listen_port=1\nerrno=0\n\n');
        assert.equal((await get(path)).toString(), 'listen_port=2\nerrno=0\n\n');
      });
    }));

  it('replaces a socket that nobody listens on', () =>
    withPath((path) =>
      servingAt(path, REPLY, { type: 'refuse' }, () =>
        servingAt(path, REPLY, undefined, async () => assert.deepEqual(await get(path), REPLY)),
      ),
    ));

  it('leaves a socket in use alone', () =>
    serving(undefined, async (path) => {
      await assert.rejects(serveUapi(path, REPLY), /somebody listens/);
      assert.deepEqual(await get(path), REPLY);
    }));

  it('leaves a file that is no socket alone', () =>
    withPath(async (path) => {
      await writeFile(path, 'precious');
      await assert.rejects(serveUapi(path, REPLY), { code: 'EADDRINUSE' });
      assert.equal(await readFile(path, 'utf8'), 'precious');
    }));

  it('goes on after a client left in the middle of a long answer', () =>
    withSimulator({ time: 'virtual' }, async (simulator) => {
      const device = simulator.addDevice({ name: 'wg0', peers: 5000, order: 'stable' });
      await simulator.start();
      const socket = await request(device.socketPath);
      await once(socket, 'data');
      socket.destroy();
      assert.deepEqual(await get(device.socketPath), device.render());
    }));
});

describe('UAPI server fault', () => {
  it('silent: accepts and says nothing', () =>
    serving({ type: 'silent' }, (path) =>
      conversing(path, async (socket) => {
        const heard = await Promise.race([once(socket, 'data'), once(socket, 'end'), delay(50, 'nothing')]);
        assert.equal(heard, 'nothing');
      }),
    ));

  it('slow: sends the answer in small pieces', () =>
    serving({ type: 'slow', bytes: 10, everyMs: 1 }, (path) =>
      conversing(path, async (socket) => {
        const pieces: Buffer[] = [];
        socket.on('data', (piece: Buffer) => pieces.push(piece));
        while (!isWhole(Buffer.concat(pieces))) await once(socket, 'data');
        assert.deepEqual(Buffer.concat(pieces), REPLY);
        assert.ok(pieces.length > 1);
      }),
    ));

  it('cut: closes in the middle', () =>
    serving({ type: 'cut', bytes: 70 }, (path) =>
      conversing(path, async (socket) => {
        assert.deepEqual(await read(socket, never), { bytes: REPLY.subarray(0, 70), ended: true });
      }),
    ));

  it('errno: answers nothing else', () =>
    serving({ type: 'errno', errno: -22 }, async (path) => {
      assert.equal((await get(path)).toString(), 'errno=-22\n\n');
    }));

  it('garbage: sends random bytes', () =>
    serving({ type: 'garbage', bytes: 5000 }, (path) =>
      conversing(path, async (socket) => {
        const { bytes, ended } = await read(socket, never);
        assert.ok(ended);
        assert.equal(bytes.length, 5000);
        assert.ok(new Set(bytes).size > 200);
      }),
    ));

  it('flood: sends peers without end, as fast as they are read', () =>
    serving({ type: 'flood' }, (path) =>
      conversing(path, async (socket) => {
        const { bytes, ended } = await read(socket, (so) => so.length > 300_000);
        assert.ok(!ended);
        assert.ok((bytes.toString().match(/^public_key=/gm) ?? []).length > 1000);
      }),
    ));

  it('refuse: leaves the file with nobody listening', () =>
    serving({ type: 'refuse' }, async (path) => {
      assert.ok((await stat(path)).isSocket());
      const [error] = await once(connect(path), 'error').catch((reason: unknown) => [reason]);
      assert.equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED');
    }));

  it('halfClose: ends its own direction only', () =>
    serving({ type: 'halfClose' }, (path) =>
      conversing(path, async (socket) => {
        assert.deepEqual(await read(socket, never), { bytes: REPLY, ended: true });
        const closed = await Promise.race([once(socket, 'close'), delay(50, 'open')]);
        assert.equal(closed, 'open');
      }),
    ));

  it('is switched on and off on a device', () =>
    withSimulator({ time: 'virtual' }, async (simulator) => {
      const device = simulator.addDevice({ name: 'wg0' });
      await simulator.start();
      await device.setFault({ type: 'errno', errno: 5 });
      assert.equal((await get(device.socketPath)).toString(), 'errno=5\n\n');
      await device.setFault({ type: 'refuse' });
      await assert.rejects(get(device.socketPath), { code: 'ECONNREFUSED' });
      await device.setFault(undefined);
      assert.deepEqual(await get(device.socketPath), device.render());
    }));
});
