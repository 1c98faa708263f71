import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reading, Source } from '@wgotel/core';
import { AutoSource, NetlinkSource } from '../../core/source/internals.js';
import { dumpOf, linesOf, makeDevice, manyPeers, publicKeyOf, randomKey, run, within } from './wg.js';

/** Where there has to be something; a scenario that takes longer hangs. */
const PATIENCE = 60_000;

function read(source: Source, previous?: Reading): Promise<Reading> {
  return source.read({ signal: AbortSignal.timeout(PATIENCE), previous });
}

/** Reads by netlink, and expects what `wg` says of the same namespace. */
async function expectAsByWg(netns?: string): Promise<Reading> {
  const reading = await read(new NetlinkSource(netns === undefined ? {} : { netns: [netns] }));
  assert.deepEqual([reading.failures, reading.notes], [[], []]);
  assert.deepEqual(linesOf(reading.devices), dumpOf(netns));
  return reading;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE; !(await holds()); await delay(50)) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
  }
}

/** Does something while another process changes a device without a pause. */
async function during(change: string, act: () => Promise<void>): Promise<void> {
  const child = spawn('busybox', ['sh', '-c', change], { stdio: 'inherit' });
  try {
    await act();
  } finally {
    child.kill('SIGKILL');
  }
}

/** Of 2000 peers. */
const CHURNED = 'wgmany0';
const many = manyPeers(2000);
const keysOf = ({ devices }: Reading, name: string): string[] =>
  devices.find((device) => device.name === name)?.peers.map(({ publicKey }) => publicKey) ?? [];

/** Reads a device over and over while a peer comes and goes. The others must be there each time as they are. */
async function readConfigured(): Promise<void> {
  const source = new NetlinkSource({ reads: (name) => name === CHURNED });
  const others = linesOf((await read(source)).devices).filter((line) => line.split('\t').length > 5);
  assert.ok(others.length > 2);
  const peer = randomKey();
  const change = `while true; do
    wg set ${CHURNED} fwmark 1 peer ${peer} allowed-ips 10.255.0.0/24,10.255.1.0/24
    wg set ${CHURNED} fwmark 2 peer ${peer} remove
  done`;
  let interrupted = 0;
  await during(change, () =>
    until('readings that were interrupted each time', async () => {
      const { devices, failures, notes } = await read(source);
      assert.deepEqual(failures, []);
      const lines = new Set(linesOf(devices));
      assert.deepEqual(
        others.filter((line) => !lines.has(line)),
        [],
      );
      // The device and the peer.
      assert.ok(lines.size <= others.length + 2);
      for (const { message } of notes) assert.match(message, /configured each of the 4 times it was read/);
      interrupted += notes.length;
      return interrupted >= 3;
    }),
  );
  await expectAsByWg();
}

/** What a real kernel is asked, in this order: devices stay, as removing a large one takes long. */
export const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  'there is no device': async () => {
    const reading = await read(new NetlinkSource());
    assert.deepEqual([reading.devices, reading.failures], [[], []]);
    assert.equal(reading.notes[0]?.message, 'the kernel has no WireGuard device');
  },

  'devices without peers, without a key, and down': async () => {
    run('ip', 'link', 'add', 'wgdown0', 'type', 'wireguard');
    makeDevice('wgkey0', [], { own: [`PrivateKey = ${randomKey()}`, 'ListenPort = 51830', 'FwMark = 0xca6c'] });
    const { devices } = await expectAsByWg();
    assert.deepEqual(
      devices.map(({ name, up }) => [name, up]),
      [
        ['wgdown0', false],
        ['wgkey0', true],
      ],
    );
  },

  'addresses of all kinds': async () => {
    const allowed = [
      [],
      ['0.0.0.0/0', '::/0'],
      ['10.1.2.3/32', '10.9.0.0/16', '255.255.255.255/32'],
      ['::1/128', '::ffff:192.0.2.1/128', '::192.0.2.1/128', '::ffff:0:192.0.2.1/128'],
      ['2001:db8:0:1::/64', '2001:db8:0:0:1::/80', '2001:0:0:1::/64', '1:2:3:4:5:6:7:8/128', '0:1::/32', '1::/16'],
      ['fe80::/64', 'ff02::1:2/128', '1:0:0:2:0:0:3:4/128', '1:2:3:0:5:6:7:8/128'],
    ];
    const endpoints = ['[fe80::1%lo]:9', '192.0.2.1:1', '[2001:db8::1]:65535', '[::ffff:192.0.2.7]:51820', '[::1]:80'];
    const peers = allowed.map((allowedIPs, i) => ({
      publicKey: randomKey(),
      allowedIPs,
      ...(endpoints[i] !== undefined && { endpoint: endpoints[i] }),
      ...(i % 2 === 0 && { presharedKey: randomKey(), keepalive: 65535 }),
    }));
    makeDevice('wgkinds0', peers);
    const { devices } = await expectAsByWg();
    const all = devices.find(({ name }) => name === 'wgkinds0')?.peers.map(({ endpoint }) => endpoint);
    assert.ok(all?.includes('[fe80::1%lo]:9'));
  },

  '3000 allowed IPs of one peer, between others': async () => {
    const allowedIPs = Array.from({ length: 3000 }, (_, i) =>
      i % 2 === 0 ? `10.77.${i >> 8}.${i & 255}/32` : `fd00:77::${i.toString(16)}/128`,
    );
    const [before, after] = manyPeers(2);
    makeDevice('wgwide0', [before!, { publicKey: randomKey(), allowedIPs }, after!]);
    const { devices } = await expectAsByWg();
    const counts = devices.find(({ name }) => name === 'wgwide0')?.peers.map((peer) => peer.allowedIPs.length);
    assert.deepEqual(counts, [2, 3000, 2]);
  },

  '2 peers': async () => {
    makeDevice('wgtwo0', manyPeers(2));
    await expectAsByWg();
  },

  '2000 peers': async () => {
    makeDevice(CHURNED, many);
    await expectAsByWg();
  },

  'what did not change is the same object, what did is not': async () => {
    const source = new NetlinkSource();
    const before = await read(source);
    const unchanged = await read(source, before);
    assert.ok(before.devices.every((device, index) => device === unchanged.devices[index]));
    within(undefined, 'wg', 'set', CHURNED, 'peer', many[0]!.publicKey, 'persistent-keepalive', '77');
    const after = await read(source, unchanged);
    assert.deepEqual(linesOf(after.devices), dumpOf());
    const peersOf = ({ devices }: Reading) => devices.find(({ name }) => name === CHURNED)!.peers;
    const differing = peersOf(after).filter((peer, index) => peer !== peersOf(before)[index]);
    assert.deepEqual(
      differing.map(({ publicKey }) => publicKey),
      [many[0]!.publicKey],
    );
  },

  'two namespaces with a tunnel between them, and devices of the same name': async () => {
    for (const netns of ['a', 'b']) run('ip', 'netns', 'add', netns);
    run('ip', 'link', 'add', 'va', 'netns', 'a', 'type', 'veth', 'peer', 'name', 'vb', 'netns', 'b');
    const keys = { a: randomKey(), b: randomKey() };
    const presharedKey = randomKey();
    for (const [netns, other, address, remote] of [
      ['b', 'a', '192.0.2.2', undefined],
      ['a', 'b', '192.0.2.1', '192.0.2.2:51820'],
    ] as const) {
      within(netns, 'ip', 'addr', 'add', `${address}/24`, 'dev', `v${netns}`);
      within(netns, 'ip', 'link', 'set', `v${netns}`, 'up');
      const peer = { publicKey: publicKeyOf(keys[other]), presharedKey, allowedIPs: ['10.9.0.0/24', 'fd00:9::/64'] };
      makeDevice('wg0', [remote === undefined ? peer : { ...peer, endpoint: remote, keepalive: 1 }], {
        netns,
        own: [`PrivateKey = ${keys[netns]}`, 'ListenPort = 51820'],
      });
    }
    const here = readlinkSync('/proc/thread-self/ns/net');
    const source = new NetlinkSource({ netns: ['a', '/run/netns/b'] });
    await until('a handshake at both ends', async () =>
      (await read(source)).devices.every(({ peers }) => peers.every((peer) => peer.lastHandshakeTime !== undefined)),
    );
    // So that nothing moves while both are asked.
    within('a', 'wg', 'set', 'wg0', 'peer', publicKeyOf(keys.b), 'persistent-keepalive', '0');
    await until('nothing moves', async () => {
      const [first] = [dumpOf('a').join() + dumpOf('b').join(), await delay(1500)];
      return first === dumpOf('a').join() + dumpOf('b').join();
    });
    const reading = await read(source);
    assert.deepEqual([reading.failures, reading.notes], [[], []]);
    assert.deepEqual(
      reading.devices.map(({ netns, name, up }) => [netns, name, up]),
      [
        ['a', 'wg0', true],
        ['/run/netns/b', 'wg0', true],
      ],
    );
    for (const [index, netns] of ['a', 'b'].entries()) {
      assert.deepEqual(linesOf([reading.devices[index]!]), dumpOf(netns));
      const { receiveBytes, transmitBytes, lastHandshakeTime } = reading.devices[index]!.peers[0]!;
      assert.ok(receiveBytes > 0 && transmitBytes > 0 && Math.abs(Date.now() - lastHandshakeTime!) < 3 * PATIENCE);
    }
    assert.equal(readlinkSync('/proc/thread-self/ns/net'), here);
    assert.ok(!keysOf(await read(new NetlinkSource()), 'wg0').includes(publicKeyOf(keys.a)));
  },

  'a namespace that was made again in the place of another': async () => {
    const source = new NetlinkSource({ netns: ['c'] });
    for (const name of ['wgold0', 'wgnew0']) {
      run('ip', 'netns', 'add', 'c');
      makeDevice(name, manyPeers(1), { netns: 'c' });
      assert.deepEqual(
        (await read(source)).devices.map((device) => device.name),
        [name],
      );
      run('ip', 'netns', 'delete', 'c');
    }
    const { failures } = await read(source);
    assert.deepEqual(
      failures.map(({ code, netns }) => [code, netns]),
      [['SOURCE_UNAVAILABLE', 'c']],
    );
  },

  'auto, which runs no wg for it': async () => {
    const reading = await read(new AutoSource());
    assert.deepEqual(linesOf(reading.devices), dumpOf());
    assert.ok(reading.devices.every(({ source }) => source === 'netlink'));
    const elsewhere = await read(new AutoSource({ netns: ['a', 'b'] }));
    assert.deepEqual(
      elsewhere.devices.map(({ netns, source }) => [netns, source]),
      [
        ['a', 'netlink'],
        ['b', 'netlink'],
      ],
    );
  },

  'a process that may not': async () => {
    const program = `
      import { NetlinkSource } from '/test/build/test/core/source/internals.js';
      process.setgroups([]); process.setgid(65534); process.setuid(65534);
      const read = async (options) => (await new NetlinkSource(options).read({ signal: AbortSignal.timeout(${PATIENCE}) })).failures;
      console.log(JSON.stringify([await read({ reads: (name) => name === 'wgkey0' }), await read({ netns: ['a'] })]));`;
    const [own, elsewhere] = JSON.parse(run('node', '--input-type=module', '--eval', program)) as Reading['failures'][];
    assert.deepEqual(
      own!.map(({ code, device, message }) => [code, device, message]),
      [['PERMISSION_DENIED', 'wgkey0', 'wgkey0: no permission; run as root or with CAP_NET_ADMIN']],
    );
    assert.deepEqual(
      elsewhere!.map(({ code, netns }) => [code, netns]),
      [['PERMISSION_DENIED', 'a']],
    );
  },

  'a device that is configured without a pause': readConfigured,

  'peers that are removed one after the other while they are read': async () => {
    const source = new NetlinkSource({ reads: (name) => name === CHURNED });
    const removed = new Set(many.filter((_, index) => index % 50 === 0).map(({ publicKey }) => publicKey));
    const kept = many.map(({ publicKey }) => publicKey).filter((key) => !removed.has(key));
    const change = [...removed].map((key) => `wg set ${CHURNED} peer ${key} remove`).join('\n');
    await during(change, () =>
      until('all of them are gone', async () => {
        const reading = await read(source);
        // A list that was broken off at each attempt is no list.
        if (reading.failures.length > 0) {
          assert.equal(reading.failures[0]!.code, 'READ_FAILED');
          return false;
        }
        const found = new Set(keysOf(reading, CHURNED));
        assert.ok(kept.every((key) => found.has(key)));
        return ![...removed].some((key) => found.has(key));
      }),
    );
    await expectAsByWg();
  },
};
