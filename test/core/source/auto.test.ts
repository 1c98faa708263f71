import assert from 'node:assert/strict';
import { SOURCES, WireGuardError, type Reading, type Source } from '@wgotel/core';
import { describe, it } from 'mocha';
import { AutoSource, NetlinkSource } from './internals.js';
import { deviceOf, failures, names, readBriefly, readFrom, testDevice } from './reading.js';
import { planDump, withSource, type ServedSource } from './served-source.js';

const WG0 = testDevice('wgtest0', [{ name: 'alice', receiveBytes: 1 }]);
const WG1 = testDevice('wgtest1', [{ name: 'bob' }]);
const WG2 = testDevice('wgtest2');

const notes = ({ notes: all }: Reading): string[] => all.map(({ source, message }) => `${source}: ${message}`);
const dumps = ({ wg }: ServedSource): number => wg.calls().filter(({ args }) => args.includes('dump')).length;

/** Reads the served sockets, and `wg` that is not there. */
const withoutWg = ({ sockets }: ServedSource): Source =>
  SOURCES.auto({ directory: sockets.directory, command: ['/nowhere/wg'] });

describe('auto source', () => {
  it('reads each device once, and over its socket if it has one', () =>
    withSource('auto', undefined, async (served) => {
      await served.sockets.serve([WG0, WG2]);
      planDump(served.wg, [{ ...WG0, peers: [] }, WG1, WG2]);
      const reading = await readFrom(served.source);
      assert.deepEqual(reading.failures, []);
      const sources = reading.devices.map(({ name, source }) => `${name} ${source}`);
      assert.deepEqual(sources.toSorted(), ['wgtest0 uapi', 'wgtest1 wg-show', 'wgtest2 uapi']);
      assert.equal(deviceOf(reading, 'wgtest0').peers.length, 1);
      assert.equal(dumps(served), 1);
    }));

  it('dumps nothing while every device has a socket, and says so', () =>
    withSource('auto', undefined, async (served) => {
      await served.sockets.serve([WG0, WG1]);
      planDump(served.wg, [WG0, WG1]);
      const reading = await readFrom(served.source);
      assert.deepEqual([names(reading), reading.failures], [['wgtest0', 'wgtest1'], []]);
      assert.deepEqual(notes(reading), ['wg-show: every device wg lists has a UAPI socket, and is read nowhere else']);
      assert.equal(dumps(served), 0);
    }));

  it('does not read a device through wg whose socket fails', () =>
    withSource('auto', undefined, async (served) => {
      await served.sockets.serve([WG0]);
      served.sockets.fault = () => ({ type: 'cut', bytes: 10 });
      planDump(served.wg, [WG0, WG1]);
      const reading = await readFrom(served.source);
      assert.deepEqual(names(reading), ['wgtest1']);
      assert.deepEqual(failures(reading), ['wgtest0 CONNECTION_FAILED']);
    }));

  it('says of both sources why there is nothing', () =>
    withSource('auto', undefined, async ({ source, sockets }) => {
      const reading = await readFrom(source);
      assert.deepEqual([reading.devices, reading.failures], [[], []]);
      assert.deepEqual(notes(reading), [
        `uapi: no device has a socket in ${sockets.directory}`,
        'wg-show: wg lists no device',
      ]);
    }));

  it('notes that wg is missing while there are devices with sockets', () =>
    withSource('auto', undefined, async (served) => {
      await served.sockets.serve([WG0]);
      const reading = await readFrom(withoutWg(served));
      assert.deepEqual([names(reading), reading.failures], [['wgtest0'], []]);
      assert.match(notes(reading).join(), /^wg-show: there is no program `\/nowhere\/wg`/);
    }));

  it('fails with SOURCE_UNAVAILABLE when wg is gone that read a device before', () =>
    withSource('auto', undefined, async (served) => {
      await served.sockets.serve([WG0]);
      planDump(served.wg, [WG0, WG1]);
      const before = await readFrom(served.source);
      assert.deepEqual(names(before), ['wgtest0', 'wgtest1']);
      const reading = await readFrom(withoutWg(served), before);
      assert.deepEqual([names(reading), failures(reading)], [['wgtest0'], ['- SOURCE_UNAVAILABLE']]);
    }));

  it('fails with SOURCE_UNAVAILABLE when wg is missing and nothing has a socket', () =>
    withSource('auto', undefined, async (served) => {
      const reading = await readFrom(withoutWg(served));
      assert.deepEqual([reading.devices, failures(reading)], [[], ['- SOURCE_UNAVAILABLE']]);
    }));

  it('does not hide that wg hangs behind the devices with sockets', () =>
    withSource('auto', undefined, async ({ source, sockets, wg }) => {
      await sockets.serve([WG0]);
      wg.plan({ hang: 'alone' });
      const reading = await readBriefly(source, 500);
      assert.deepEqual(names(reading), ['wgtest0']);
      assert.deepEqual(failures(reading), ['- TIMEOUT']);
    }));

  it('does not hide that wg may not list devices', () =>
    withSource('auto', undefined, async ({ source, sockets, wg }) => {
      await sockets.serve([WG0]);
      wg.plan({ complaints: 'Unable to list interfaces: Operation not permitted\n', exitCode: 1 });
      const reading = await readFrom(source);
      assert.deepEqual([names(reading), failures(reading)], [['wgtest0'], ['- PERMISSION_DENIED']]);
    }));

  it('reads a device through wg once its socket is gone', () =>
    withSource('auto', undefined, async ({ source, sockets, wg }) => {
      await sockets.serve([WG0]);
      planDump(wg, [WG0]);
      const before = await readFrom(source);
      await sockets.serve([]);
      const after = await readFrom(source, before);
      assert.deepEqual([deviceOf(before, 'wgtest0').source, deviceOf(after, 'wgtest0').source], ['uapi', 'wg-show']);
      assert.deepEqual(deviceOf(after, 'wgtest0').peers, deviceOf(before, 'wgtest0').peers);
    }));
});

describe('auto source over netlink', () => {
  const sources = ({ devices }: Reading): string[] => devices.map(({ name, source }) => `${name} ${source}`).toSorted();

  it('reads each device once, and over its socket if it has one', () =>
    withSource('auto', 'netlink', async ({ source, sockets, kernel }) => {
      await sockets.serve([WG0, WG2]);
      kernel.serve([{ ...WG0, peers: [] }, WG1]);
      const reading = await readFrom(source);
      assert.deepEqual([sources(reading), reading.failures], [['wgtest0 uapi', 'wgtest1 netlink', 'wgtest2 uapi'], []]);
      assert.equal(deviceOf(reading, 'wgtest0').peers.length, 1);
    }));

  it("reads a kernel device beside which a dead program's socket lies", () =>
    withSource('auto', 'netlink', async ({ source, sockets, kernel }) => {
      await sockets.serve([WG0]);
      sockets.fault = () => ({ type: 'cut', bytes: 10 });
      kernel.serve([WG0]);
      const reading = await readFrom(source);
      assert.deepEqual([sources(reading), failures(reading)], [['wgtest0 netlink'], ['wgtest0 CONNECTION_FAILED']]);
    }));

  it('says of both sources why there is nothing', () =>
    withSource('auto', 'netlink', async ({ source, sockets }) => {
      assert.deepEqual(notes(await readFrom(source)), [
        `uapi: no device has a socket in ${sockets.directory}`,
        'netlink: the kernel has no WireGuard device',
      ]);
    }));

  it('runs wg where there is no netlink, and says why', () =>
    withSource('auto', 'netlink', async ({ sockets }) => {
      await sockets.serve([WG0]);
      const none = new WireGuardError('SOURCE_UNAVAILABLE', 'the optional package koffi is not installed');
      const { directory } = sockets;
      const source = new AutoSource({ directory }, new NetlinkSource({}, () => Promise.reject(none)));
      const path = process.env['PATH'];
      process.env['PATH'] = directory;
      try {
        const [because, wg, ...others] = notes(await readFrom(source));
        assert.equal(because, 'netlink: the optional package koffi is not installed; wg is run in its place');
        assert.match(wg ?? '', /^wg-show: there is no program `wg`/);
        assert.deepEqual(others, []);
      } finally {
        process.env['PATH'] = path;
      }
    }));

  for (const [way, read] of [
    ['a command', undefined],
    ['one without keys', 'public'],
  ] as const) {
    it(`runs wg where it was given ${way}`, () =>
      withSource('auto', 'netlink', async ({ sockets, wg, kernel }) => {
        kernel.serve([WG0]);
        planDump(wg, [WG1]);
        const options = { directory: sockets.directory, command: wg.command, read };
        const source = new AutoSource(options, new NetlinkSource({}, async () => kernel.sockets));
        const reading = await readFrom(source);
        assert.deepEqual([sources(reading), kernel.dumps], [['wgtest1 wg-show'], 0]);
      }));
  }
});
