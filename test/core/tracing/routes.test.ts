import assert from 'node:assert/strict';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { Hosts, RecentMap, Routes } from './internals.js';

const withIP = (ip: string, internal = false): NetworkInterfaceInfo => ({
  address: ip,
  netmask: '',
  family: 'IPv4',
  mac: '',
  cidr: null,
  internal,
});
const HOST = { lo: [withIP('127.0.0.1', true)], eth0: [withIP('192.0.2.1')], wg0: [withIP('10.0.0.1')] };

describe('a route', () => {
  it('is asked for once, kept, asked for again while it is in use, and given up when it is old', async () => {
    let now = 0;
    const asked: number[] = [];
    const routes = new Routes(
      () => now,
      async () => {
        asked.push(now);
        return '10.0.0.1';
      },
      () => HOST,
    );
    const look = async (time: number): Promise<string | undefined> => {
      now = time;
      const found = routes.towards('203.0.113.1');
      await setImmediate();
      return found;
    };
    assert.equal(await look(0), undefined);
    assert.equal(await look(1), 'wg0');
    assert.equal(await look(14_000), 'wg0');
    assert.deepEqual(asked, [0]);
    assert.equal(await look(15_001), 'wg0');
    assert.deepEqual(asked, [0, 15_001]);
    assert.equal(await look(46_000), undefined);
    assert.equal(await look(46_001), 'wg0');
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

  it('is given up when addresses of interfaces change, and is none where two have the same', async () => {
    let now = 0;
    let host: Record<string, NetworkInterfaceInfo[]> = HOST;
    const routes = new Routes(
      () => now,
      async () => '10.0.0.1',
      () => host,
    );
    const look = async (): Promise<string | undefined> => {
      routes.towards('203.0.113.1');
      await setImmediate();
      return routes.towards('203.0.113.1');
    };
    assert.equal(await look(), 'wg0');
    host = { ...HOST, wg1: [withIP('10.0.0.1')] };
    now = 4000;
    assert.equal(await look(), 'wg0');
    now = 6000;
    await look();
    assert.equal(await look(), undefined);
    assert.equal(routes.withAddress('10.0.0.1'), undefined);
    assert.equal(routes.withAddress('192.0.2.1'), 'eth0');
  });

  it('is what the kernel says', async function () {
    const [outside] = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
      addresses.flatMap(({ internal, family, cidr }) =>
        internal || family !== 'IPv4' || cidr === null ? [] : [{ name, cidr }],
      ),
    );
    if (outside === undefined) return this.skip();
    // A neighbour: the same network, another host.
    const [own = ''] = outside.cidr.split('/');
    const neighbour = own.replace(/\d+$/, (last) => String((Number(last) % 250) + 1));
    const routes = new Routes();
    assert.equal(routes.towards(neighbour), undefined);
    await until('the kernel answered', () => routes.towards(neighbour) === outside.name);
    assert.equal(routes.withAddress(`::ffff:${own}`), outside.name);
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
