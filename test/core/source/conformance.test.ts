import assert from 'node:assert/strict';
import type { Device, SourceName } from '@wgotel/core';
import { describe, it } from 'mocha';
import { publicKeyOf, type TestDevice, type TestPeer } from './device-text.js';
import type { FakeKernel } from './fake-kernel.js';
import { deviceOf, failures, names, readBriefly, readFrom, testDevice } from './reading.js';
import { planDump, withSource, type ServedSource, type Way } from './served-source.js';

/** Sources that read what is there now, and ways in which they do. */
type Variant = Exclude<SourceName, 'recorded' | 'netlink'> | 'wg-show, public' | 'netlink, netlink' | 'auto, netlink';

/** How devices are put before each source of the registry; one that is missing here does not compile. */
const SERVE: Record<Variant, (served: ServedSource, devices: readonly TestDevice[]) => Promise<void>> = {
  uapi: ({ sockets }, devices) => sockets.serve(devices),
  'netlink, netlink': async ({ kernel }, devices) => serveKernel(kernel, devices),
  'wg-show': async ({ wg }, devices) => planDump(wg, devices),
  'wg-show, public': async ({ wg }, devices) => planDump(wg, devices),
  // Every other device has a socket.
  'auto, netlink': async ({ sockets, kernel }, devices) => {
    await sockets.serve(devices.filter((_, index) => index % 2 === 0));
    serveKernel(
      kernel,
      devices.filter((_, index) => index % 2 === 1),
    );
  },
  // As on a real host, `wg` lists those too.
  auto: async ({ sockets, wg }, devices) => {
    await sockets.serve(devices.filter((_, index) => index % 2 === 0));
    planDump(wg, devices);
  },
  // Of what it serves.
  reader: (served, devices) => SERVE.auto(served, devices),
};

function serveKernel(kernel: FakeKernel, devices: readonly TestDevice[]): void {
  kernel.answer = () => undefined;
  kernel.serve(devices);
}

/** Makes each source wait for an answer. */
const STALL: Record<Variant, (served: ServedSource) => void> = {
  uapi: ({ sockets }) => (sockets.fault = () => ({ type: 'silent' })),
  'netlink, netlink': ({ kernel }) => (kernel.answer = () => []),
  'auto, netlink': ({ sockets, kernel }) => {
    sockets.fault = () => ({ type: 'silent' });
    kernel.answer = () => [];
  },
  'wg-show': ({ wg }) => wg.plan({ hang: 'alone' }),
  'wg-show, public': ({ wg }) => wg.plan({ hang: 'alone' }),
  auto: ({ sockets, wg }) => {
    sockets.fault = () => ({ type: 'silent' });
    wg.plan({ hang: 'alone' });
  },
  reader: (served) => STALL.auto(served),
};

const HANDSHAKE = 1_795_295_123;
const ALICE = {
  name: 'alice',
  endpoint: '192.0.2.2:51820',
  allowedIPs: ['10.9.0.2/32', 'fd00:9::2/128'],
  secret: true,
};
const BOB = { name: 'bob', handshake: HANDSHAKE, receiveBytes: 2 ** 53, transmitBytes: 148, keepalive: 25 };
const CAROL = { name: 'carol', endpoint: '[2001:db8::1]:1', allowedIPs: ['0.0.0.0/0', '::/0'], keepalive: 65535 };
const WG0 = testDevice('wgtest0', [ALICE, BOB, CAROL], { listenPort: 51820, firewallMark: 0xca6c });
const WG1 = testDevice('wgtest1', [BOB]);

/** What both protocols say of a device, sources apart. */
const content = (device: Device): unknown => ({
  ...device,
  type: undefined,
  source: undefined,
  up: undefined,
  countingSince: undefined,
  incarnation: undefined,
});

/** What can't be seen without reading keys. */
const withoutPresharedKeys = (device: (typeof EXPECTED)[number]): unknown => ({
  ...device,
  peers: device.peers.map((peer) => ({ ...peer, hasPresharedKey: undefined })),
});

const EXPECTED = [
  {
    name: 'wgtest0',
    standardMessages: true,
    publicKey: WG0.publicKey.toString('base64'),
    listenPort: 51820,
    firewallMark: 0xca6c,
    peers: [
      {
        publicKey: publicKeyOf('alice'),
        hasPresharedKey: true,
        endpoint: '192.0.2.2:51820',
        allowedIPs: ['10.9.0.2/32', 'fd00:9::2/128'],
        lastHandshakeTime: undefined,
        receiveBytes: 0,
        transmitBytes: 0,
        persistentKeepaliveInterval: undefined,
      },
      {
        publicKey: publicKeyOf('bob'),
        hasPresharedKey: false,
        endpoint: undefined,
        allowedIPs: [],
        lastHandshakeTime: HANDSHAKE * 1000,
        receiveBytes: 2 ** 53,
        transmitBytes: 148,
        persistentKeepaliveInterval: 25,
      },
      {
        publicKey: publicKeyOf('carol'),
        hasPresharedKey: false,
        endpoint: '[2001:db8::1]:1',
        allowedIPs: ['0.0.0.0/0', '::/0'],
        lastHandshakeTime: undefined,
        receiveBytes: 0,
        transmitBytes: 0,
        persistentKeepaliveInterval: 65535,
      },
    ],
  },
];

for (const name of Object.keys(SERVE) as Variant[]) {
  const [registered, way] = name.split(', ') as [SourceName, Way];
  describe(`source ${name}`, () => {
    const serving = (devices: readonly TestDevice[], test: (served: ServedSource) => Promise<void>): Promise<void> =>
      withSource(registered, way, async (served) => {
        await SERVE[name](served, devices);
        await test(served);
      });

    it('is called by its name in the registry', () =>
      serving([], async ({ source }) => assert.equal(source.name, registered)));

    it('gives the model of what it reads', () =>
      serving([WG0], async ({ source }) => {
        const reading = await readFrom(source);
        assert.deepEqual(reading.failures, []);
        const plain: unknown = JSON.parse(JSON.stringify(reading.devices.map(content)));
        const known = EXPECTED.map((device) => (way === 'public' ? withoutPresharedKeys(device) : device));
        assert.deepEqual(plain, JSON.parse(JSON.stringify(known)));
      }));

    it('reads several devices, the same peer on two of them, and one without peers', () =>
      serving([WG0, WG1, testDevice('wgtest2')], async ({ source }) => {
        const reading = await readFrom(source);
        assert.deepEqual(reading.failures, []);
        assert.deepEqual(names(reading), ['wgtest0', 'wgtest1', 'wgtest2']);
        assert.equal(deviceOf(reading, 'wgtest1').peers[0]?.publicKey, publicKeyOf('bob'));
        assert.deepEqual(deviceOf(reading, 'wgtest2').peers, []);
      }));

    it('says why there is nothing, and that nothing failed', () =>
      serving([], async ({ source }) => {
        const reading = await readFrom(source);
        assert.deepEqual([reading.devices, reading.failures], [[], []]);
        assert.ok(reading.notes.length > 0 && reading.notes.every(({ message }) => message !== ''));
      }));

    it('gives the same objects for what did not change', () =>
      serving([WG0, WG1], async (served) => {
        const before = await readFrom(served.source);
        const unchanged = await readFrom(served.source, before);
        for (const device of before.devices) assert.equal(deviceOf(unchanged, device.name), device);

        const bob = { ...BOB, receiveBytes: 0 };
        await SERVE[name](served, [{ ...WG0, peers: [CAROL, { ...ALICE, receiveBytes: 92 }, bob] }, WG1]);
        const after = await readFrom(served.source, unchanged);
        assert.equal(deviceOf(after, 'wgtest1'), deviceOf(before, 'wgtest1'));
        const [alice, , carol] = deviceOf(before, 'wgtest0').peers;
        const [aliceAfter, bobAfter, carolAfter] = deviceOf(after, 'wgtest0').peers;
        assert.equal(carolAfter, carol);
        assert.deepEqual(aliceAfter, { ...alice, receiveBytes: 92 });
        assert.equal(aliceAfter?.allowedIPs, alice?.allowedIPs);
        assert.equal(bobAfter?.receiveBytes, 0);
      }));

    it('gives another peer when any one thing about it changed', () =>
      serving([WG1], async (served) => {
        const changes: Partial<TestPeer>[] = [
          ...(way === 'public' ? [] : [{ secret: true }]),
          { endpoint: '192.0.2.9:9' },
          { allowedIPs: ['10.0.0.0/8'] },
          { handshake: HANDSHAKE + 1 },
          { receiveBytes: 1 },
          { transmitBytes: 1 },
          { keepalive: 0 },
        ];
        const seen = new Set(deviceOf(await readFrom(served.source), 'wgtest1').peers);
        for (const [index, change] of changes.entries()) {
          await SERVE[name](served, [
            { ...WG1, peers: [{ ...BOB, ...Object.assign({}, ...changes.slice(0, index)), ...change }] },
          ]);
          seen.add(deviceOf(await readFrom(served.source), 'wgtest1').peers[0]!);
          assert.equal(seen.size, index + 2, JSON.stringify(change));
        }
      }));

    it('gives the same device when only the order of its peers changed', () =>
      serving([WG0], async (served) => {
        const before = await readFrom(served.source);
        await SERVE[name](served, [{ ...WG0, peers: WG0.peers.toReversed() }]);
        assert.equal((await readFrom(served.source, before)).devices[0], before.devices[0]);
      }));

    it('sees a device change apart from its peers, and keeps those', () =>
      serving([WG0], async (served) => {
        const before = await readFrom(served.source);
        await SERVE[name](served, [{ ...WG0, listenPort: 51821 }]);
        const [device] = (await readFrom(served.source, before)).devices;
        assert.equal(device?.listenPort, 51821);
        assert.ok(device.peers.every((peer, index) => peer === before.devices[0]?.peers[index]));
      }));

    it('drops peers and devices that are gone, and has them again when they come back', () =>
      serving([WG0, WG1], async (served) => {
        await readFrom(served.source);
        await SERVE[name](served, [{ ...WG0, peers: [BOB] }]);
        const [device, ...others] = (await readFrom(served.source)).devices;
        assert.deepEqual(
          device?.peers.map(({ publicKey }) => publicKey),
          [publicKeyOf('bob')],
        );
        assert.deepEqual(others, []);
        await SERVE[name](served, [WG0, WG1]);
        assert.deepEqual(names(await readFrom(served.source)), ['wgtest0', 'wgtest1']);
      }));

    it('gives up when told to, and reads again afterwards', () =>
      serving([WG0], async (served) => {
        STALL[name](served);
        const { devices, failures: failed } = await readBriefly(served.source, 100);
        assert.deepEqual(devices, []);
        assert.ok(failed.length > 0);
        for (const failure of failed) assert.equal(failure.code, 'TIMEOUT');
        served.sockets.fault = () => undefined;
        await SERVE[name](served, [WG0]);
        assert.deepEqual(names(await readFrom(served.source)), ['wgtest0']);
      }));

    it('fails with TIMEOUT if told to give up before it began', () =>
      serving([WG0], async ({ source }) => {
        const reading = await source.read({ signal: AbortSignal.abort(), previous: undefined });
        assert.deepEqual(reading.devices, []);
        assert.ok(failures(reading).length > 0 && reading.failures.every(({ code }) => code === 'TIMEOUT'));
      }));
  });
}
