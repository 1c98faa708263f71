import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  recordingOf,
  SOURCES,
  Tracker,
  type Frame,
  type Reading,
  type SourceName,
  type SourceOptions,
} from '@wgotel/core';
import { after, before, describe, it } from 'mocha';
import { startReader } from '../core/source/reader-server.js';
import { until } from '../support/process.js';
import { advance, snapshot } from '../support/snapshots.js';
import { openTunnel, type Tunnel } from '../support/tunnel.js';

let tunnel: Tunnel;
let folder: string;
/** Stands for a container: a process in the namespace of end a. */
let inside: ChildProcess | undefined;

async function read(source: SourceName, options: SourceOptions = {}): Promise<Reading> {
  const reads = (device: string): boolean => device === tunnel.a.interface;
  return SOURCES[source]({ ...options, reads }).read({
    signal: AbortSignal.timeout(5000),
    previous: undefined,
    now: Date.now(),
  });
}

/** The frame of one reading, with handshakes to the second that `wg` knows, and without what the differences below name. */
function frameOf(reading: Reading, hidden: readonly string[]): unknown {
  assert.deepEqual(reading.failures, []);
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
  const time = Math.floor(Date.now() / 1000) * 1000;
  const frame: Frame = advance(tracker, { ...snapshot(0, reading.devices), takenAt: time });
  const leave = (key: string, value: unknown): unknown => {
    if (hidden.includes(key)) return undefined;
    if (key === 'lastHandshakeTime' && typeof value === 'number') return Math.floor(value / 1000);
    // Of when the reading was, and who did it.
    return ['time', 'monotonicTime', 'readTime', 'readMonotonicTime', 'startTime', 'notes', 'identity'].includes(key)
      ? undefined
      : value;
  };
  return JSON.parse(JSON.stringify(frame, leave));
}

describe('the same device through every source', () => {
  before(async () => {
    tunnel = await openTunnel();
    await tunnel.ping(2);
    folder = await mkdtemp(join(tmpdir(), 'wgotel-same-'));
    inside = spawn('ip', ['netns', 'exec', tunnel.a.namespace, 'sleep', '600'], { stdio: 'ignore' });
    await until(
      'the process is in the namespace',
      async () =>
        (await tunnel.a.exec(['readlink', `/proc/${inside?.pid}/ns/net`])) ===
        (await tunnel.a.exec(['readlink', '/proc/self/ns/net'])),
    );
  });
  after(async () => {
    inside?.kill('SIGKILL');
    await tunnel.close();
    await rm(folder, { recursive: true });
  });

  // The table of docs/sources.md.
  const UNKNOWN_BY_WG = ['source'];
  const OF_NAMESPACE = [...UNKNOWN_BY_WG, 'netns', 'up', 'incarnation'];
  // Times are moved.
  const MADE_UP = ['publicKey', 'peerId', 'endpoint', 'allowedIPs', 'countingSince'];
  for (const [name, through, hidden] of [
    ['wg-show', () => read('wg-show'), UNKNOWN_BY_WG],
    ['wg-show, public', () => read('wg-show', { read: 'public' }), [...UNKNOWN_BY_WG, 'hasPresharedKey']],
    ['auto', () => read('auto'), UNKNOWN_BY_WG],
    ['a namespace by name', () => read('wg-show', { netns: [tunnel.a.namespace] }), OF_NAMESPACE],
    ['a namespace by path', () => read('wg-show', { netns: [`/run/netns/${tunnel.a.namespace}`] }), OF_NAMESPACE],
    ['a namespace by process', () => read('wg-show', { netns: [`pid:${inside?.pid}`] }), OF_NAMESPACE],
    ['a namespace, by auto', () => read('auto', { netns: [tunnel.a.namespace] }), OF_NAMESPACE],
    ['a reader', throughReader, []],
    ['a recording', record, [...UNKNOWN_BY_WG, ...MADE_UP]],
  ] as const) {
    it(`gives the frame of uapi through ${name}`, async () => {
      for (;;) {
        const [expected, seen, again] = [await read('uapi'), await through(), await read('uapi')];
        assert.equal(expected.devices[0]?.peers.length, 1);
        // A keepalive that comes in between is no difference.
        if (!isDeepStrictEqual(frameOf(again, []), frameOf(expected, []))) continue;
        assert.deepEqual(frameOf(seen, hidden), frameOf(expected, hidden));
        return;
      }
    });
  }

  async function throughReader(): Promise<Reading> {
    const socket = join(folder, 'reader.sock');
    const reader = await startReader(socket, SOURCES.uapi({}));
    try {
      return await read('reader', { socket });
    } finally {
      await reader.close();
    }
  }

  async function record(): Promise<Reading> {
    const file = join(folder, 'recording.json');
    await writeFile(file, recordingOf({ ...(await read('uapi')), takenAt: Date.now() }));
    return read('recorded', { file });
  }

  it('is told in which namespace it is, whether it is up, and that it is not in another', async () => {
    const netns = [tunnel.a.namespace, tunnel.b.namespace];
    const { devices, failures } = await SOURCES['wg-show']({ netns }).read({
      signal: AbortSignal.timeout(5000),
      previous: undefined,
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(
      devices.map((device) => [device.name, device.netns, device.up]),
      [
        [tunnel.a.interface, tunnel.a.namespace, true],
        [tunnel.b.interface, tunnel.b.namespace, true],
      ],
    );
  });

  it('is read although another namespace is not there, which is one failure', async () => {
    const netns = ['wgotel-no-such', tunnel.a.namespace];
    const { devices, failures } = await SOURCES['wg-show']({ netns }).read({
      signal: AbortSignal.timeout(5000),
      previous: undefined,
    });
    assert.deepEqual(
      devices.map(({ name }) => name),
      [tunnel.a.interface],
    );
    assert.deepEqual(
      failures.map(({ code, device, netns: where }) => [code, device, where]),
      [['SOURCE_UNAVAILABLE', undefined, 'wgotel-no-such']],
    );
  });
});
