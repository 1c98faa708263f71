import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { SOURCES, WireGuardError, type Device, type Reading } from '@wgotel/core';
import * as fc from 'fast-check';
import { describe, it } from 'mocha';
import { repositoryPath } from '../../support/repository.js';
import { done, refusal } from './datagrams.js';
import { publicKeyOf } from './device-text.js';
import { whole, type FakeKernel } from './fake-kernel.js';
import { AddressText, NetlinkSource } from './internals.js';
import { parseDump, parseNetlink } from './parse.js';
import { deviceOf, failures, names, readBriefly, readFrom, testDevice } from './reading.js';
import { withSource, type ServedSource } from './served-source.js';

const PEERS = ['alice', 'bob', 'carol', 'dave', 'erin'].map((name) => ({
  name,
  allowedIPs: ['10.0.0.0/8', 'fd00::/8'],
}));
const GOOD = testDevice('wgtest0', PEERS);
const BAD = testDevice('wgtest1', PEERS);

const serving = (test: (served: ServedSource) => Promise<void>): Promise<void> =>
  withSource('netlink', 'netlink', async (served) => {
    served.kernel.serve([GOOD, BAD]);
    await test(served);
  });

const keysOf = (device: Device): string[] => device.peers.map(({ publicKey }) => publicKey);
const ALL_KEYS = PEERS.map(({ name }) => publicKeyOf(name));

describe('netlink parser', () => {
  const folder = repositoryPath('test/fixtures/netlink');
  const texts = repositoryPath('test/fixtures/wg-show');
  const seconds = (key: string, value: unknown): unknown =>
    key === 'lastHandshakeTime' ? Math.floor(Number(value) / 1000) : value;
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, seconds));

  for (const file of readdirSync(folder)) {
    const [, text, name] = /^(.*)-(\w+)\.grams$/.exec(file)!;
    it(`reads of ${file} what wg said of it`, () => {
      const dumped = parseDump([readFileSync(`${texts}/${text}.txt`)]) as { name: string }[];
      const device = { name, ...parseNetlink(readFileSync(`${folder}/${file}`)), standardMessages: true };
      assert.deepEqual(plain(device), plain(dumped.find((each) => each.name === name)));
    });
  }

  it('knows a handshake to the millisecond', () => {
    const { peers } = parseNetlink(readFileSync(`${folder}/kernel-6.1-wg0.grams`));
    assert.notEqual(peers[0]!.lastHandshakeTime! % 1000, 0);
  });
});

describe('AddressText', () => {
  const textOf = (groups: readonly number[]): string => {
    const bytes = Buffer.alloc(16);
    for (const [index, group] of groups.entries()) bytes.writeUInt16BE(group, 2 * index);
    const text = new AddressText();
    text.prefix(bytes, 0, 16, 128);
    return text.bytes.toString('latin1', 0, text.end);
  };

  it('writes IPv6 as the URL standard does, which has no dots', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    // The first group keeps IPv4 out.
    const address = fc.tuple(fc.integer({ min: 1, max: 0xffff }), ...Array.from({ length: 7 }, () => group));
    fc.assert(
      fc.property(address, (groups) => {
        const host = new URL(`http://[${groups.map((each) => each.toString(16)).join(':')}]/`).hostname;
        assert.equal(textOf(groups), `${host.slice(1, -1)}/128`);
      }),
      { seed: 6 },
    );
  });

  for (const [groups, text] of [
    [[0, 0, 0, 0, 0, 0, 0, 0], '::'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0, 0, 0, 0, 0, 0xffff, 0xc000, 0x201], '::ffff:192.0.2.1'],
    [[0, 0, 0, 0, 0, 0, 0xc000, 0x201], '::192.0.2.1'],
    [[0, 0, 0, 0, 0xffff, 0, 0xc000, 0x201], '::ffff:0:c000:201'],
  ] as const) {
    it(`writes ${text}`, () => assert.equal(textOf(groups), `${text}/128`));
  }
});

describe('netlink source', () => {
  for (const [errno, code, message] of [
    [1, 'PERMISSION_DENIED', /CAP_NET_ADMIN/],
    [13, 'PERMISSION_DENIED', /CAP_NET_ADMIN/],
    [19, 'DEVICE_NOT_FOUND', /gone, or no WireGuard device/],
    [95, 'DEVICE_NOT_FOUND', /gone, or no WireGuard device/],
    [5, 'READ_FAILED', /the kernel answered EIO/],
  ] as const) {
    for (const [when, answer] of [
      ['at once', () => [whole(refusal(errno))]],
      ['at the end of a list', ({ kernel }: ServedSource) => [...kernel.listOf(BAD).slice(0, 2), whole(done(errno))]],
    ] as const) {
      it(`fails with ${code} for a device that the kernel refuses with ${errno} ${when}, and reads the others`, () =>
        serving(async (served) => {
          served.kernel.answer = (device) => (device === BAD ? answer(served) : undefined);
          const reading = await readFrom(served.source);
          assert.deepEqual([names(reading), failures(reading)], [[GOOD.name], [`${BAD.name} ${code}`]]);
          assert.match(reading.failures[0]!.message, message);
          assert.ok(reading.failures[0]!.message.startsWith(`${BAD.name}: `));
        }));
    }
  }

  it('fetches a malformed list to its end, so that the next device can be asked for', () =>
    withSource('netlink', 'netlink', async ({ source, kernel }) => {
      kernel.serve([BAD, GOOD]);
      kernel.answer = (device) => {
        if (device !== BAD) return undefined;
        const [first, ...rest] = kernel.listOf(BAD);
        const broken = (into: Buffer): number => {
          const length = first!(into);
          // The length of the first attribute.
          into.writeUInt16LE(3, 20);
          return length;
        };
        return [broken, ...rest];
      };
      const reading = await readFrom(source);
      assert.deepEqual([names(reading), failures(reading)], [[GOOD.name], [`${BAD.name} PROTOCOL`]]);
    }));

  it('waits for what is not there yet', () =>
    serving(async ({ source, kernel }) => {
      kernel.answer = (device) => kernel.listOf(device).flatMap((datagram) => [() => 0, datagram]);
      assert.deepEqual(names(await readFrom(source)), [GOOD.name, BAD.name]);
    }));

  it('gives the event loop back between datagrams', () =>
    serving(async ({ source, kernel }) => {
      // Each takes its time.
      kernel.answer = (device) =>
        kernel.listOf(device).map((datagram) => (into) => {
          for (const end = performance.now() + 5; performance.now() < end;);
          return datagram(into);
        });
      let isDone = false;
      let rounds = 0;
      const reading = readFrom(source).finally(() => (isDone = true));
      for (; !isDone; rounds++) await setImmediate();
      await reading;
      assert.ok(rounds >= 4, `${rounds} rounds`);
    }));

  it('closes every socket, whatever happens', () =>
    serving(async ({ source, kernel }) => {
      await readFrom(source);
      assert.equal(kernel.open, 0);
      kernel.answer = () => [];
      await readBriefly(source, 50);
      assert.equal(kernel.open, 0);
      kernel.links = [];
      kernel.serve([]);
      await readFrom(source);
      assert.equal(kernel.open, 0);
    }));

  it('passes over interfaces that are no WireGuard, and devices that are not to be read', async () => {
    await serving(async ({ kernel }) => {
      kernel.links = [
        { name: 'lo', index: 1, up: true },
        { name: 'tun0', index: 2, up: true, kind: 'tun' },
      ];
      const source = new NetlinkSource({ reads: (name) => name !== BAD.name }, async () => kernel.sockets);
      const reading = await readFrom(source);
      assert.deepEqual([names(reading), reading.failures], [[GOOD.name], []]);
    });
  });

  it('names the interface of a link-local endpoint, or gives its number', () =>
    withSource('netlink', 'netlink', async ({ source, kernel }) => {
      kernel.links = [{ name: 'eth0', index: 7, up: true }];
      const peers = [7, 9].map((scope) => ({ name: `of ${scope}`, endpoint: `[fe80::1%${scope}]:51820` }));
      kernel.serve([testDevice('wgtest0', peers)]);
      const { devices } = await readFrom(source);
      assert.deepEqual(
        devices[0]?.peers.map(({ endpoint }) => endpoint),
        ['[fe80::1%eth0]:51820', '[fe80::1%9]:51820'],
      );
    }));

  it('fails as a whole when there are no sockets', async () => {
    const why = new WireGuardError('SOURCE_UNAVAILABLE', 'no koffi');
    const source = new NetlinkSource({}, () => Promise.reject(why));
    const reading = await readFrom(source);
    assert.deepEqual([reading.devices, failures(reading)], [[], ['- SOURCE_UNAVAILABLE']]);
    assert.equal(await source.obstacle(), 'no koffi');
  });

  it('asks this kernel, and fails for want of permission at most', async () => {
    const reading = await readFrom(SOURCES.netlink({}));
    assert.ok(
      reading.failures.every(({ code }) => code === 'PERMISSION_DENIED'),
      JSON.stringify(reading.failures),
    );
  });

  it('says which network namespace is not there', async () => {
    const { failures: failed } = await readFrom(SOURCES.netlink({ netns: ['wgotel-no-such'] }));
    assert.deepEqual(
      failed.map(({ code, netns }) => [code, netns]),
      [['SOURCE_UNAVAILABLE', 'wgotel-no-such']],
    );
  });
});

describe('netlink source, while a device is configured', () => {
  /** The list of a device, marked as changed from some message on. */
  const interrupted = (kernel: FakeKernel, from = 1): ReturnType<FakeKernel['listOf']> =>
    kernel.listOf(GOOD, { ...kernel.packing, interruptedFrom: from });

  /** Answers one after the other, and then as ever. */
  const answering = (kernel: FakeKernel, ...answers: ReturnType<FakeKernel['listOf']>[]): void => {
    kernel.serve([GOOD]);
    kernel.dumps = 0;
    kernel.answer = () => answers.shift();
  };

  it('reads it again', () =>
    serving(async ({ source, kernel }) => {
      answering(kernel, interrupted(kernel), interrupted(kernel));
      const reading = await readFrom(source);
      assert.deepEqual([reading.failures, reading.notes, kernel.dumps], [[], [], 3]);
      assert.deepEqual(keysOf(deviceOf(reading, GOOD.name)), ALL_KEYS);
    }));

  it('takes what was read the fourth time, and says so', () =>
    serving(async ({ source, kernel }) => {
      answering(kernel, ...Array.from({ length: 10 }, () => interrupted(kernel)));
      const reading = await readFrom(source);
      assert.deepEqual([reading.failures, kernel.dumps], [[], 4]);
      assert.match(reading.notes[0]!.message, /^wgtest0 was configured each of the 4 times it was read/);
      assert.deepEqual(keysOf(deviceOf(reading, GOOD.name)), ALL_KEYS);
    }));

  /** The list of a device that ends with a message without peers: the next one was removed. */
  const cut = (kernel: FakeKernel): ReturnType<FakeKernel['listOf']> => {
    const [first] = interrupted(kernel);
    const [empty, end] = kernel.listOf(testDevice(GOOD.name), { ...kernel.packing, interruptedFrom: 0 });
    return [first!, empty!, end!];
  };

  it('does not take a list that was broken off for all peers', () =>
    serving(async ({ source, kernel }) => {
      answering(kernel, interrupted(kernel), cut(kernel), cut(kernel), cut(kernel));
      const reading = await readFrom(source);
      assert.deepEqual(keysOf(deviceOf(reading, GOOD.name)), ALL_KEYS);
      assert.equal(reading.notes.length, 1);

      answering(kernel, ...Array.from({ length: 4 }, () => cut(kernel)));
      const without: Reading = await readFrom(source, reading);
      assert.deepEqual([without.devices, failures(without)], [[], [`${GOOD.name} READ_FAILED`]]);
    }));

  it('reads it again when a peer is listed twice, as it was removed and added again', () =>
    serving(async ({ source, kernel }) => {
      const [first, ...rest] = interrupted(kernel, 0);
      answering(kernel, [first!, ...rest.slice(0, -1), first!, rest.at(-1)!]);
      const reading = await readFrom(source);
      assert.deepEqual([reading.failures, kernel.dumps], [[], 2]);
      assert.deepEqual(keysOf(deviceOf(reading, GOOD.name)), ALL_KEYS);
    }));

  it('keeps allowed IPs of a peer whose list of them was broken off', () =>
    serving(async ({ source, kernel }) => {
      kernel.serve([GOOD]);
      kernel.packing = { peers: 1, allowedIPs: 1 };
      const before = await readFrom(source);
      // The message in which the second peer goes on has no allowed IPs.
      const bare = { ...GOOD, peers: [{ name: 'bob' }] };
      const all = interrupted(kernel, 0);
      const broken = kernel.listOf(bare, { ...kernel.packing, interruptedFrom: 0 })[0]!;
      answering(kernel, ...Array.from({ length: 4 }, () => all.with(3, broken)));
      const after = await readFrom(source, before);
      assert.deepEqual(after.failures, []);
      assert.equal(deviceOf(after, GOOD.name), deviceOf(before, GOOD.name));
    }));
});
