import assert from 'node:assert/strict';
import { access, readdir, rmdir, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Simulator } from '@wgotel/simulator';
import { describe, it } from 'mocha';
import { get, withSimulator } from './raw-client.js';
import { counters, parseReply } from './uapi-text.js';

const START = Date.UTC(2026, 5, 1);

/** All bytes of a small world after a quarter of an hour. */
async function world(seed: number): Promise<Buffer> {
  const simulator = new Simulator({ directory: 'unused', time: 'virtual', startTime: START, seed });
  const order = 'stable';
  const a = simulator.addDevice({ name: 'wga0', peers: 100, order });
  const b = simulator.addDevice({ name: 'wgb0', order });
  const link = simulator.addLink({ a: { device: a }, b: { device: b }, traffic: { every: 700, bytes: 500 } });
  await simulator.advance(400_000);
  link.setLoss('all');
  await simulator.advance(500_000);
  return Buffer.concat([a.render(), link.b.render()]);
}

/** Whether a condition comes true within a second. */
async function becomesTrue(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return true;
    await delay(5);
  }
  return false;
}

describe('simulator', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    assert.deepEqual(await world(7), await world(7));
    assert.notDeepEqual(await world(7), await world(8));
  });

  it('does nothing by itself in virtual time', () =>
    withSimulator({ time: 'virtual', startTime: START }, async (simulator) => {
      const device = simulator.addDevice({ name: 'wg0', peers: 20, age: 600_000, order: 'stable', recreateEvery: 5 });
      await simulator.start();
      const before = await get(device.socketPath);
      await delay(20);
      assert.deepEqual(await get(device.socketPath), before);
      assert.equal(simulator.now(), START);
    }));

  it('does not depend on how far time goes at once', async () => {
    const readAfter = async (steps: readonly number[]): Promise<Buffer> => {
      const simulator = new Simulator({ directory: 'unused', time: 'virtual', startTime: START });
      const a = simulator.addDevice({ name: 'wga0', peers: 10, order: 'stable' });
      const b = simulator.addDevice({ name: 'wgb0' });
      simulator.addLink({ a: { device: a, persistentKeepalive: 25 }, b: { device: b } });
      for (const step of steps) {
        await simulator.advance(step);
        b.render();
      }
      return a.render();
    };
    assert.deepEqual(await readAfter([1_000_000]), await readAfter(Array.from({ length: 1000 }, () => 1000)));
  });

  it('follows the wall clock in real time, without a timer', () =>
    withSimulator({}, async (simulator) => {
      const device = simulator.addDevice({ name: 'wg0', peers: 50, mix: { steady: 1 }, age: 600_000, order: 'stable' });
      await simulator.start();
      const before = await get(device.socketPath);
      assert.ok(await becomesTrue(async () => !before.equals(await get(device.socketPath))));
    }));

  it('refuses to advance real time, or backwards', async () => {
    await assert.rejects(new Simulator({ directory: 'unused' }).advance(1), /virtual/);
    await assert.rejects(new Simulator({ directory: 'unused', time: 'virtual' }).advance(-1), /forward/);
  });

  it('refuses a device name that is no interface name', () => {
    const simulator = new Simulator({ directory: 'unused' });
    for (const name of ['', '../wg0', 'a-name-of-16-char']) {
      assert.throws(() => simulator.addDevice({ name }), /no interface name/);
    }
  });

  it('removes and binds anew the socket of a device re-created on the way, with counters at 0', () =>
    withSimulator({ time: 'virtual', startTime: START }, async (simulator) => {
      const options = { peers: 20, mix: { steady: 1 }, order: 'stable' } as const;
      const device = simulator.addDevice({ name: 'wg0', ...options, recreateEvery: 600_000 });
      await simulator.start();
      const total = async (): Promise<number> =>
        parseReply(await get(device.socketPath)).peers.reduce((sum, peer) => sum + counters(peer).tx, 0);
      assert.equal((await stat(device.socketPath)).mtimeMs, START);
      await simulator.advance(599_000);
      const [statsBefore, totalBefore] = [await stat(device.socketPath, { bigint: true }), await total()];
      await simulator.advance(2_000);
      const [statsAfter, totalAfter] = [await stat(device.socketPath, { bigint: true }), await total()];
      assert.equal(Number(statsAfter.mtimeMs), START + 600_000);
      assert.notEqual(statsAfter.ctimeNs, statsBefore.ctimeNs);
      assert.ok(totalAfter < totalBefore);
      await simulator.advance(600_000);
      assert.equal((await stat(device.socketPath)).mtimeMs, START + 1_200_000);
    }));

  it('re-creates a device in real time too', () =>
    withSimulator({}, async (simulator, directory) => {
      const device = simulator.addDevice({ name: 'wg0', recreateEvery: 20 });
      await simulator.start();
      const { mtimeMs } = await stat(device.socketPath);
      const mtime = async (): Promise<number> => (await stat(device.socketPath).catch(() => ({ mtimeMs }))).mtimeMs;
      assert.ok(await becomesTrue(async () => (await mtime()) !== mtimeMs));
      await simulator.close();
      assert.deepEqual(await readdir(directory), []);
    }));

  it('starts the counters of a link anew at the device that is re-created only', async () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const a = simulator.addDevice({ name: 'wga0' });
    const b = simulator.addDevice({ name: 'wgb0' });
    const link = simulator.addLink({ a: { device: a }, b: { device: b } });
    link.a.ping();
    await b.recreate();
    const tx = (reply: Buffer): number[] => parseReply(reply).peers.map((peer) => counters(peer).tx);
    assert.deepEqual(tx(link.b.render()), [0]);
    assert.deepEqual(tx(link.a.render()), [148 + 128]);
  });

  it('serves a device added after the start once it is opened, and removes all sockets', () =>
    withSimulator({}, async (simulator, directory) => {
      await rmdir(directory);
      simulator.addDevice({ name: 'wg0' });
      await simulator.start();
      const late = simulator.addDevice({ name: 'wg1' });
      await assert.rejects(access(late.socketPath));
      await late.open();
      assert.deepEqual((await readdir(directory)).toSorted(), ['wg0.sock', 'wg1.sock']);
      assert.equal((await stat(late.socketPath)).mode & 0o777, 0o700);
      await simulator.close();
      assert.deepEqual(await readdir(directory), []);
    }));
});
