import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { Hosts, RecentMap, Routes } from './internals.js';

/** An interface other than loopback's, with an address. */
const [OUTSIDE] = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => ({ name, address })),
);

describe('a route', () => {
  it('is asked for once, kept, asked for again while it is in use, and given up when it is old', async () => {
    let now = 0;
    const asked: number[] = [];
    const routes = new Routes(
      () => now,
      async () => {
        asked.push(now);
        return '127.0.0.1';
      },
    );
    const look = async (time: number): Promise<string | undefined> => {
      now = time;
      const found = routes.towards('203.0.113.1');
      await setImmediate();
      return found;
    };
    assert.equal(await look(0), undefined);
    assert.equal(await look(1), 'lo');
    assert.equal(await look(14_000), 'lo');
    assert.deepEqual(asked, [0]);
    assert.equal(await look(15_001), 'lo');
    assert.deepEqual(asked, [0, 15_001]);
    assert.equal(await look(46_000), undefined);
    assert.equal(await look(46_001), 'lo');
  });

  it('is none where the kernel has none, or where the address is of this host itself', async () => {
    const asked: string[] = [];
    const routes = new Routes(
      () => 0,
      (address) => {
        asked.push(address);
        return Promise.reject(new Error('ENETUNREACH'));
      },
    );
    for (const address of ['203.0.113.1', '127.0.0.1', '::ffff:127.0.0.1']) {
      routes.towards(address);
      await setImmediate();
      assert.equal(routes.towards(address), undefined);
    }
    assert.deepEqual(asked, ['203.0.113.1']);
  });

  it('is asked for at few addresses at a time', async () => {
    let asked = 0;
    const routes = new Routes(
      () => 0,
      () => {
        asked++;
        return new Promise(() => undefined);
      },
    );
    for (let index = 0; index < 200; index++) routes.towards(`203.0.113.${index}`);
    await setImmediate();
    assert.equal(asked, 16);
  });

  it('is what the kernel says, and takes no packet', async function () {
    const routes = new Routes();
    // Loopback's network, but no address of this host.
    const other = '127.9.9.9';
    assert.equal(routes.towards(other), undefined);
    await until('the kernel answered', () => routes.towards(other) === 'lo');
    if (OUTSIDE === undefined) return this.skip();
    assert.equal(routes.withAddress(OUTSIDE.address), OUTSIDE.name);
    assert.equal(routes.withAddress(`::ffff:${OUTSIDE.address}`), OUTSIDE.name);
  });
});

describe('what was seen of a host', () => {
  it('is believed for a while', () => {
    let now = 0;
    const hosts = new Hosts(() => now);
    const find = (address: string): string => address;
    hosts.learn('a', '1');
    assert.equal(hosts.agreeing('a', find), '1');
    hosts.learn('a', '2');
    assert.equal(hosts.agreeing('a', find), undefined);
    now = 200_000;
    hosts.learn('a', '2');
    now = 400_000;
    assert.equal(hosts.agreeing('a', find), '2');
    assert.ok(hosts.knows('a'));
    now = 600_000;
    assert.equal(hosts.agreeing('a', find), undefined);
    assert.ok(!hosts.knows('a') && !hosts.knows('b'));
  });
});

describe('a map of what was used lately', () => {
  it('never holds more than twice its size, and keeps what is asked for', () => {
    const map = new RecentMap<number, number>(10);
    map.set(-1, 1);
    for (let key = 0; key < 1000; key++) {
      map.set(key, key);
      assert.equal(map.get(-1), 1);
    }
    const left = Array.from({ length: 1000 }, (_, key) => map.get(key)).filter((value) => value !== undefined);
    assert.ok(left.length >= 8 && left.length <= 20, `${left.length} left`);
    assert.equal(map.get(999), 999);
  });
});
