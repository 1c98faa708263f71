import assert from 'node:assert/strict';
import { chmod, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { UapiFault } from '@wgotel/simulator';
import { serveUapi } from '@wgotel/simulator';
import { SOURCES } from '@wgotel/core';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { unprivileged } from '../../support/unprivileged.js';
import { toReply } from './device-text.js';
import { deviceOf, failures, names, readBriefly, readFrom, testDevice } from './reading.js';
import { withSource, type ServedSource } from './served-source.js';

const PEERS = [{ name: 'alice', allowedIPs: ['10.0.0.0/8'] }, { name: 'bob' }];
const [GOOD, BAD, LAST] = ['wgtest0', 'wgtest1', 'wgtest2'].map((name) => testDevice(name, PEERS)) as [
  ReturnType<typeof testDevice>,
  ReturnType<typeof testDevice>,
  ReturnType<typeof testDevice>,
];

const FAULTS: readonly [UapiFault, string, RegExp][] = [
  [{ type: 'silent' }, 'TIMEOUT', /no full answer in time/],
  [{ type: 'slow', bytes: 1, everyMs: 50 }, 'TIMEOUT', /no full answer in time/],
  [{ type: 'cut', bytes: 0 }, 'CONNECTION_FAILED', /closed the connection/],
  [{ type: 'cut', bytes: 300 }, 'CONNECTION_FAILED', /closed the connection/],
  [{ type: 'errno', errno: 13 }, 'READ_FAILED', /errno=13/],
  [{ type: 'errno', errno: -5 }, 'READ_FAILED', /errno=-5/],
  [{ type: 'garbage', bytes: 4 * 1024 * 1024 }, 'PROTOCOL', /line \d+ of the reply/],
  [{ type: 'flood' }, 'TIMEOUT', /no full answer in time/],
];

const serving = (test: (served: ServedSource) => Promise<void>): Promise<void> =>
  withSource('uapi', undefined, async (served) => {
    await served.sockets.serve([GOOD, BAD, LAST]);
    await test(served);
  });

describe('uapi source', () => {
  for (const [fault, code, message] of FAULTS) {
    it(`keeps the other devices when one is at fault: ${JSON.stringify(fault)}`, () =>
      serving(async ({ source, sockets }) => {
        sockets.fault = (device) => (device === BAD.name ? fault : undefined);
        const reading = await readBriefly(source, 2000);
        assert.deepEqual(names(reading), [GOOD.name, LAST.name]);
        assert.deepEqual(failures(reading), [`${BAD.name} ${code}`]);
        const [failure] = reading.failures;
        assert.equal(failure?.source, 'uapi');
        assert.match(failure.message, message);
        assert.ok(failure.message.includes(join(sockets.directory, `${BAD.name}.sock`)));

        sockets.fault = () => undefined;
        const after = await readFrom(source, reading);
        assert.deepEqual(failures(after), []);
        assert.equal(deviceOf(after, GOOD.name), deviceOf(reading, GOOD.name));
        assert.equal(deviceOf(after, BAD.name).peers.length, PEERS.length);
      }));
  }

  it('reads a device that ends its side of the connection after the answer', () =>
    serving(async ({ source, sockets }) => {
      sockets.fault = () => ({ type: 'halfClose' });
      const reading = await readFrom(source);
      assert.deepEqual([names(reading).length, reading.failures], [3, []]);
    }));

  it('refuses a line without end', () =>
    serving(async ({ source, sockets }) => {
      const server = await serveUapi(join(sockets.directory, 'wgtest9.sock'), Buffer.alloc(20 * 1024 * 1024, 'x'));
      const reading = await readFrom(source);
      await server.close();
      assert.equal(reading.devices.length, 3);
      assert.deepEqual(failures(reading), ['wgtest9 PROTOCOL']);
    }));

  it('reads a device whose answer comes in the smallest pieces', () =>
    serving(async ({ source, sockets }) => {
      const whole = await readFrom(source);
      sockets.fault = () => ({ type: 'slow', bytes: 7, everyMs: 0 });
      assert.deepEqual(await readFrom(source), whole);
    }));

  it('fails with CONNECTION_FAILED at a socket file that a dead program has left', () =>
    serving(async ({ source, sockets }) => {
      const server = await serveUapi(join(sockets.directory, 'wgdead.sock'), toReply(GOOD), { type: 'refuse' });
      const reading = await readFrom(source);
      await server.close();
      assert.equal(reading.devices.length, 3);
      assert.deepEqual(failures(reading), ['wgdead CONNECTION_FAILED']);
      assert.match(reading.failures[0]?.message ?? '', /nobody listens .* start the device again or remove the file/);
    }));

  it('passes over what is no socket of a device', () =>
    serving(async ({ source, sockets }) => {
      await writeFile(join(sockets.directory, 'file.sock'), '');
      const server = await serveUapi(join(sockets.directory, 'wgtest0.sock.old'), toReply(GOOD));
      const reading = await readFrom(source);
      await server.close();
      assert.deepEqual([names(reading), reading.failures], [[GOOD.name, BAD.name, LAST.name], []]);
    }));

  it('finds no device, and no fault, in a folder that is not there', async () => {
    const source = SOURCES.uapi({ directory: join('/', 'nowhere', 'wireguard') });
    const reading = await readFrom(source);
    assert.deepEqual([reading.devices, reading.failures], [[], []]);
    assert.match(reading.notes[0]?.message ?? '', /no device has a socket in \/nowhere\/wireguard/);
  });

  it('fails with PERMISSION_DENIED at a folder that may not be read', () =>
    serving(async ({ source, sockets }) => {
      await chmod(sockets.directory, 0);
      const reading = await unprivileged(() => readFrom(source));
      await chmod(sockets.directory, 0o755);
      assert.deepEqual([reading.devices, failures(reading)], [[], ['- PERMISSION_DENIED']]);
      assert.match(reading.failures[0]?.message ?? '', /CAP_DAC_OVERRIDE/);
    }));

  it('fails with PERMISSION_DENIED at a socket that may not be opened', () =>
    serving(async ({ source, sockets }) => {
      await chmod(join(sockets.directory, '..'), 0o755);
      for (const name of [GOOD.name, LAST.name]) await chmod(join(sockets.directory, `${name}.sock`), 0o777);
      await chmod(join(sockets.directory, `${BAD.name}.sock`), 0);
      const reading = await unprivileged(() => readFrom(source));
      assert.deepEqual(names(reading), [GOOD.name, LAST.name]);
      assert.deepEqual(failures(reading), [`${BAD.name} PERMISSION_DENIED`]);
    }));

  it('takes the birth of the socket for the time since when counters count, and tells a socket that was bound again', () =>
    serving(async ({ source, sockets }) => {
      const path = join(sockets.directory, `${GOOD.name}.sock`);
      await utimes(path, 1_000_000, 1_000_000.25);
      const before = deviceOf(await readFrom(source), GOOD.name);
      assert.equal(before.countingSince, 1_000_000_250);
      assert.deepEqual([before.type, before.source], ['userspace', 'uapi']);

      await sockets.remove(GOOD.name);
      await sockets.serve([GOOD, BAD, LAST]);
      const after = deviceOf(await readFrom(source), GOOD.name);
      assert.notEqual(after.incarnation, before.incarnation);
      assert.equal(after.countingSince, Math.floor((await stat(path)).mtimeMs));
    }));

  it('reads at most 8 devices at once, and goes without one that is removed while it waits for its turn', () =>
    withSource('uapi', undefined, async ({ source, sockets }) => {
      const devices = Array.from({ length: 20 }, (_, index) => testDevice(`wgtest${index + 10}`));
      const pending: (() => void)[] = [];
      const servers = await Promise.all(
        devices.map((device) =>
          listen(join(sockets.directory, `${device.name}.sock`), (socket) =>
            pending.push(() => socket.end(toReply(device))),
          ),
        ),
      );
      let most = 0;
      const reading = readFrom(source);
      let isDone = false;
      void reading.finally(() => (isDone = true));
      await until('8 connections', () => pending.length >= 8);
      // Time for a ninth to show up.
      await delay(50);
      servers.at(-1)?.close();
      while (!isDone) {
        most = Math.max(most, pending.length);
        for (const answer of pending.splice(0)) answer();
        await delay(1);
      }
      for (const server of servers) server.close();
      assert.equal(most, 8);
      assert.equal((await reading).devices.length, 19);
      assert.deepEqual((await reading).failures, []);
    }));

  it('is not kept from the others by a crowd of devices that do not answer', () =>
    withSource('uapi', undefined, async ({ source, sockets }) => {
      const silent = Array.from({ length: 9 }, (_, index) => testDevice(`silent${index}`));
      await sockets.serve([...silent, GOOD]);
      sockets.fault = (name) => (name === GOOD.name ? undefined : { type: 'silent' });
      const reading = await readBriefly(source, 1500);
      assert.deepEqual(names(reading), [GOOD.name]);
      assert.deepEqual(
        failures(reading),
        silent.map(({ name }) => `${name} TIMEOUT`),
      );
    }));

  it('fails with PERMISSION_DENIED for each device of a folder that may be listed but not searched', () =>
    serving(async ({ source, sockets }) => {
      await chmod(join(sockets.directory, '..'), 0o755);
      await chmod(sockets.directory, 0o744);
      const reading = await unprivileged(() => readFrom(source));
      await chmod(sockets.directory, 0o755);
      assert.deepEqual(
        failures(reading),
        [GOOD, BAD, LAST].map(({ name }) => `${name} PERMISSION_DENIED`),
      );
    }));

  it('leaves no connection open', () =>
    withSource('uapi', undefined, async ({ source, sockets }) => {
      const server = await listen(join(sockets.directory, 'wgtest0.sock'), (socket) => socket.write(toReply(GOOD)));
      await readFrom(source);
      await until('the end of the connection', async () => (await openConnections(server)) === 0);
      server.close();
    }));
});

/** Listens and hands over every connection that has asked for something. */
async function listen(path: string, asked: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => asked(socket));
  });
  server.listen(path);
  await once(server, 'listening');
  return server;
}

function openConnections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
