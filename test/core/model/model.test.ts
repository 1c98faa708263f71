import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { isWireGuardError, parseEndpoint, peerId, runAtOnce, runInSlices, WireGuardError } from '@wgotel/core';
import { describe, it } from 'mocha';

describe('parseEndpoint', () => {
  const rows: readonly [text: string, address: string, port: number, family: 4 | 6][] = [
    ['192.0.2.1:51820', '192.0.2.1', 51820, 4],
    ['0.0.0.0:1', '0.0.0.0', 1, 4],
    ['[2001:db8::1]:51820', '2001:db8::1', 51820, 6],
    ['[::]:65535', '::', 65535, 6],
    ['[fe80::1%eth0]:9', 'fe80::1%eth0', 9, 6],
    ['[abcd:23::33%2]:51820', 'abcd:23::33%2', 51820, 6],
  ];
  for (const [text, address, port, family] of rows) {
    it(`takes ${text} apart`, () => assert.deepEqual(parseEndpoint(text), { address, port, family }));
  }
});

describe('peerId', () => {
  it('is the beginning of the SHA-256 of the raw key', () => {
    const key = Buffer.alloc(32, 0xa5);
    const id = peerId(key.toString('base64'));
    assert.equal(id, createHash('sha256').update(key).digest().subarray(0, 8).toString('hex'));

    assert.equal(id, 'fc8b64001c5fdd0f');
  });
});

describe('WireGuardError', () => {
  it('is told from other values, also when another copy of the package made it', () => {
    const error = new WireGuardError('TIMEOUT', 'no answer', { device: 'wg0', cause: 1 });
    assert.deepEqual([error.name, error.code, error.device, error.cause], ['WireGuardError', 'TIMEOUT', 'wg0', 1]);
    assert.ok(isWireGuardError(error));
    assert.ok(isWireGuardError({ [Symbol.for('@wgotel/core.WireGuardError')]: true }));
    for (const other of [undefined, null, 'TIMEOUT', new Error('no answer'), { code: 'TIMEOUT' }]) {
      assert.ok(!isWireGuardError(other));
    }
  });

  it('has no cause unless it is given one', () => assert.ok(!('cause' in new WireGuardError('PROTOCOL', 'x'))));
});

/** Counts to `end`, each step a busy piece of work. */
function* count(end: number, milliseconds: number): Generator<void, number> {
  for (let done = 0; done < end; done++) {
    const begun = performance.now();
    while (performance.now() - begun < milliseconds);
    yield;
  }
  return end;
}

describe('work in slices', () => {
  it('gives the event loop back in between', async () => {
    let others = 0;
    const timer = setInterval(() => others++, 1);
    assert.equal(await runInSlices(count(30, 3)), 30);
    clearInterval(timer);
    assert.ok(others >= 2, `the timer fired ${others} times`);
  });

  it('gives it back between pieces of work, each of which is short enough', async () => {
    let others = 0;
    const timer = setInterval(() => others++, 1);
    for (let work = 0; work < 10; work++) assert.equal(await runInSlices(count(1, 5)), 1);
    clearInterval(timer);
    assert.ok(others >= 2, `the timer fired ${others} times`);
  });

  it('gives the same in one go', () => assert.equal(runAtOnce(count(30, 0)), 30));

  it('passes on what the work throws', async () => {
    const failing = function* (): Generator<void, never> {
      yield;
      throw new RangeError('enough');
    };
    await assert.rejects(runInSlices(failing()), RangeError);
    assert.throws(() => runAtOnce(failing()), RangeError);
  });
});
