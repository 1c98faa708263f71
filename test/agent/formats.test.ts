import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { decodeQueueFile, readNames, readSetup } from '@wgotel/agent';
import { runAtOnce, Tracker } from '@wgotel/core';
import { describe, it } from 'mocha';
import { parseRecording } from '../core/source/internals.js';
import { ToldTunnels } from '../core/tracing/internals.js';
import { repositoryPath } from '../support/repository.js';
import { keyOf } from '../support/snapshots.js';

const FOLDER = repositoryPath('test/fixtures/formats');

/** Files as every version so far has written them: each is read by this one. */
function kept(format: string): [name: string, bytes: Buffer][] {
  const names = readdirSync(`${FOLDER}/${format}`);
  assert.ok(names.length > 0);
  return names.map((name) => [`${format}/${name}`, readFileSync(`${FOLDER}/${format}/${name}`)]);
}

/** All that is written is there, where it is written; there may be more. */
function assertHolds(found: unknown, written: unknown, at: string): void {
  if (typeof written !== 'object' || written === null) {
    assert.deepEqual(found, written, at);
    return;
  }
  assert.ok(typeof found === 'object' && found !== null, at);
  for (const [key, value] of Object.entries(written)) {
    assertHolds((found as Record<string, unknown>)[key], value, `${at}.${key}`);
  }
}

const linesOf = (bytes: Buffer): string[] => bytes.toString().trimEnd().split('\n');

describe('what earlier versions wrote', () => {
  for (const [name, bytes] of kept('state')) {
    it(`${name} is taken up, and nothing is lost`, () => {
      const lines = linesOf(bytes);
      const [header, ...rest] = lines.map((line) => JSON.parse(line) as unknown);
      const { boot, time, monotonicTime } = header as { boot: string; time: number; monotonicTime: number };
      const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 4, connections: true });
      assert.equal(runAtOnce(tracker.restore(lines, { clean: true, boot, time, monotonicTime })), undefined);
      const [now, ...again] = linesOf(Buffer.from([...tracker.save(boot)].join('')));
      assertHolds(JSON.parse(now!), { wgotel: 'state', boot, time, monotonicTime }, 'header');
      assertHolds(
        again.map((line) => JSON.parse(line) as unknown),
        rest,
        name,
      );
    });
  }

  for (const [name, bytes] of kept('queue')) {
    it(`${name} is the request that was to be sent`, async () => {
      assert.equal((await decodeQueueFile(bytes)).toString(), 'a request that waits');
    });
  }

  for (const [name, bytes] of kept('recording')) {
    it(`${name} is read, and nothing is lost`, () => {
      const { takenAt, devices } = JSON.parse(bytes.toString()) as Record<string, unknown>;
      assertHolds(parseRecording(bytes.toString()), { takenAt, devices }, name);
    });
  }

  for (const [name, bytes] of kept('state-socket')) {
    it(`${name} is understood by an application, and nothing is lost`, () => {
      const told = new Map<number, unknown>();
      for (const line of linesOf(bytes)) {
        const { type, key, tunnel } = JSON.parse(line) as { type: string; key: number; tunnel: unknown };
        if (type === 'tunnel') told.set(key, tunnel);
        else if (type === 'removed') told.delete(key);
      }
      let found: readonly unknown[] = [];
      const table = new ToldTunnels([], (views) => (found = views));
      runAtOnce(table.take(bytes));
      assert.equal(found.length, told.size);
      assertHolds(found, [...told.values()], name);
    });
  }

  for (const [name, bytes] of kept('names')) {
    it(`${name} names the same peers`, () => {
      const names = new Map([
        [keyOf('office'), 'office'],
        [keyOf('laptop, "old"'), 'laptop, "old"'],
      ]);
      assert.deepEqual(readNames(name, bytes), names);
    });
  }

  for (const [name, bytes] of kept('setup')) {
    it(`${name} says the same of a device`, () => {
      const { peers } = readSetup(name, bytes)!;
      assert.deepEqual(
        peers.map(({ publicKey, allowedIPs }) => [publicKey, allowedIPs]),
        [
          [keyOf('office'), ['10.9.1.0/24']],
          [keyOf('laptop, "old"'), ['10.9.0.2/32']],
        ],
      );
    });
  }
});
