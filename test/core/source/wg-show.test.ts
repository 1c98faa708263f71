import assert from 'node:assert/strict';
import { uptime as secondsUp } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { SOURCES } from '@wgotel/core';
import { describe, it } from 'mocha';
import { until } from '../../support/process.js';
import { toDump } from './device-text.js';
import type { FakeWg, WgPlan } from './fake-wg-command.js';
import { complaintToError } from './internals.js';
import { failures, names, readFrom, testDevice } from './reading.js';
import { withSource } from './served-source.js';

const FIRST = toDump(testDevice('wgtest0', [{ name: 'alice' }]));
const SECOND = toDump(testDevice('wgtest1', [{ name: 'alice' }, { name: 'bob' }]));
const DENIED = 'Unable to access interface wgtest1: Operation not permitted\n';

/** Half of a device: its own line and its first peer's. */
const HALF = SECOND.split('\n').slice(0, 2).join('\n') + '\n';

/** What `wg` does, and what becomes of it. */
const PLANS: readonly [what: string, plan: WgPlan, devices: string[], failures: string[]][] = [
  ['reads all', { dump: FIRST + SECOND }, ['wgtest0', 'wgtest1'], []],
  ['may not read one', { dump: FIRST, complaints: DENIED, exitCode: 1 }, ['wgtest0'], ['wgtest1 PERMISSION_DENIED']],
  ['may not read any', { complaints: DENIED, exitCode: 1 }, [], ['wgtest1 PERMISSION_DENIED']],
  [
    'loses one while it reads',
    { dump: FIRST, complaints: 'Unable to access interface wgtest1: No such device\n', exitCode: 1 },
    ['wgtest0'],
    ['wgtest1 DEVICE_NOT_FOUND'],
  ],
  ['warns and reads', { dump: FIRST, complaints: 'Warning: Permanently added gateway\n' }, ['wgtest0'], []],
  ['complains of one and reads', { dump: FIRST, complaints: DENIED }, ['wgtest0'], ['wgtest1 PERMISSION_DENIED']],
  ['complains without a device', { complaints: 'wg: out of paper\n', exitCode: 1 }, [], ['- READ_FAILED']],
  // What it was at when it failed without a word may not be whole.
  ['fails without a word', { dump: FIRST + SECOND, exitCode: 3 }, ['wgtest0'], ['- READ_FAILED']],
  ['prints something else', { dump: `${FIRST}Usage: wg <cmd>\n` }, ['wgtest0'], ['- PROTOCOL']],
  // No device further down is read either, so the failure is not that of one device.
  ['prints a bad line', { dump: `${FIRST}wgtest0\tno key\n${SECOND}` }, [], ['- PROTOCOL']],
  ['prints a line without end', { dump: 'x'.repeat(17 * 1024 * 1024) }, [], ['- PROTOCOL']],
];

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Waits until the process that was started last is gone, for good. */
async function waitForEnd(wg: FakeWg): Promise<void> {
  const pid = wg.calls().at(-1)?.pid;
  assert.ok(pid !== undefined, 'it was never started');
  await until('its end', () => !isRunning(pid));
}

const openPipes = (): number => process.getActiveResourcesInfo().filter((name) => name === 'PipeWrap').length;

describe('wg-show source', () => {
  for (const [what, plan, devices, failed] of PLANS) {
    it(`keeps what is whole when wg ${what}`, () =>
      withSource('wg-show', undefined, async ({ source, wg }) => {
        wg.plan(plan);
        const reading = await readFrom(source);
        assert.deepEqual(names(reading), devices);
        assert.deepEqual(failures(reading), failed);
        for (const failure of reading.failures) assert.equal(failure.source, 'wg-show');
      }));
  }

  it('calls wg once, without a shell, and in the language whose words it knows', () =>
    withSource('wg-show', undefined, async ({ source, wg }) => {
      await readFrom(source);
      assert.deepEqual(
        wg.calls().map(({ args, env }) => ({ args, locale: env['LC_ALL'] })),
        [{ args: ['show', 'all', 'dump'], locale: 'C' }],
      );
    }));

  for (const hang of ['alone', 'child'] as const) {
    it(`ends a wg that hangs ${hang === 'child' ? 'with a child of its own' : 'by itself'}`, () =>
      withSource('wg-show', undefined, async ({ source, wg }) => {
        wg.plan({ dump: FIRST + HALF, hang });
        const pipes = openPipes();
        const patience = new AbortController();
        const read = source.read({ signal: patience.signal, previous: undefined });
        await until('it has printed', () => wg.hasPrinted());
        // What is in the pipe is read before the next turn.
        await turn();
        patience.abort();
        const reading = await read;
        assert.deepEqual(names(reading), ['wgtest0']);
        assert.deepEqual(failures(reading), ['- TIMEOUT']);
        await waitForEnd(wg);
        // One that is left open would keep a program alive that only wants to read once.
        await until('the closing of its pipes', () => openPipes() <= pipes);
      }));
  }

  it('ends a wg that prints what can’t be read and then hangs', () =>
    withSource('wg-show', undefined, async ({ source, wg }) => {
      wg.plan({ dump: 'Usage\n', hang: 'alone' });
      assert.deepEqual(failures(await readFrom(source)), ['- PROTOCOL']);
      await waitForEnd(wg);
    }));

  it('fails with SOURCE_UNAVAILABLE when there is no wg', async () => {
    const reading = await readFrom(SOURCES['wg-show']({ command: ['/nowhere/wg'] }));
    assert.deepEqual([reading.devices, failures(reading)], [[], ['- SOURCE_UNAVAILABLE']]);
    assert.match(reading.failures[0]?.message ?? '', /`\/nowhere\/wg`: install wireguard-tools/);
  });

  it('fails with PERMISSION_DENIED when wg may not be run', () =>
    withSource('wg-show', undefined, async ({ sockets }) => {
      // A folder may not be run, whoever tries.
      const reading = await readFrom(SOURCES['wg-show']({ command: [sockets.directory] }));
      assert.deepEqual([reading.devices, failures(reading)], [[], ['- PERMISSION_DENIED']]);
    }));

  it('fails with READ_FAILED when wg is killed', () =>
    withSource('wg-show', undefined, async () => {
      const command = [process.execPath, '-e', 'process.kill(process.pid, "SIGTERM")'];
      const reading = await readFrom(SOURCES['wg-show']({ command }));
      assert.deepEqual([reading.devices, failures(reading)], [[], ['- READ_FAILED']]);
      assert.match(reading.failures[0]?.message ?? '', /SIGTERM/);
    }));

  it('takes the boot of the kernel for the time since when counters count', () =>
    withSource('wg-show', undefined, async ({ source, wg }) => {
      wg.plan({ dump: FIRST });
      const [device] = (await readFrom(source)).devices;
      assert.equal(device?.type, 'kernel');
      assert.ok(Math.abs((device.countingSince ?? 0) - (Date.now() - secondsUp() * 1000)) < 5000);
    }));
});

const COMPLAINTS: readonly [line: string, device: string | undefined, code: string][] = [
  ['Unable to access interface wg0: Operation not permitted', 'wg0', 'PERMISSION_DENIED'],
  ['Unable to access interface wg0: Permission denied', 'wg0', 'PERMISSION_DENIED'],
  ['Unable to access interface wg0: No such device', 'wg0', 'DEVICE_NOT_FOUND'],
  ['Unable to access interface wg0: No such file or directory', 'wg0', 'DEVICE_NOT_FOUND'],
  ['Unable to access interface wg0: Protocol not supported', 'wg0', 'DEVICE_NOT_FOUND'],
  ['Unable to access interface lo: Operation not supported', 'lo', 'DEVICE_NOT_FOUND'],
  ['Unable to access interface wg0: Invalid argument', 'wg0', 'READ_FAILED'],
  ['Unable to list interfaces: Operation not permitted', undefined, 'PERMISSION_DENIED'],
  ['Segmentation fault', undefined, 'READ_FAILED'],
];

describe("wg's complaints", () => {
  for (const [line, device, code] of COMPLAINTS) {
    it(`takes "${line}" for ${code}`, () => {
      const error = complaintToError(line);
      assert.deepEqual([error.device, error.code], [device, code]);
      if (device !== undefined && code !== 'READ_FAILED') assert.ok(error.message.includes(`device ${device}`));
    });
  }

  it('quotes no more than a line’s beginning', () => {
    assert.ok(complaintToError('x'.repeat(10_000)).message.length < 200);
  });
});
