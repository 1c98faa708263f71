import assert from 'node:assert/strict';
import type { Peer } from '@wgotel/core';
import { describe, it } from 'mocha';
import { NOW } from './parse.js';
import { PeerTable } from './internals.js';

type Table = InstanceType<typeof PeerTable>;

/** Reads peers known by a number; each has one allowed IP of that number. */
function read(table: Table, numbers: readonly number[], receiveBytes = 0): Peer[] {
  table.begin(NOW);
  for (const number of numbers) {
    // Keys that differ only in what the hash does not look at collide.
    table.key.fill(0);
    Buffer.from(table.key.buffer).writeUInt32LE(number, 8);
    assert.equal(table.open(), true);
    const text = Buffer.from(`10.0.0.${number}/32`);
    table.allowedIP(text, 0, text.length);
    table.receiveBytes = receiveBytes;
  }
  return table.end();
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('PeerTable', () => {
  it('keeps peers apart whose keys hash alike, in the order in which they first appeared', () => {
    const table = new PeerTable();
    const first = read(table, range(0, 300));
    assert.equal(new Set(first.map(({ publicKey }) => publicKey)).size, 300);
    assert.deepEqual(first[299]?.allowedIPs, ['10.0.0.299/32']);
    for (const order of [range(0, 300), range(0, 300).toReversed()]) {
      const again = read(table, order);
      assert.equal(again.length, 300);
      assert.ok(again.every((peer, index) => peer === first[index]));
    }
    const others = read(table, [301, ...range(100, 200)]);
    assert.equal(others.length, 101);
    assert.ok(others.slice(0, 100).every((peer, index) => peer === first[100 + index]));
  });

  it('forgets peers that are gone and knows those that stayed', () => {
    const table = new PeerTable();
    const first = read(table, range(0, 1000));
    const few = read(table, range(900, 1000));
    assert.ok(few.every((peer, index) => peer === first[900 + index]));
    const back = read(table, range(0, 1000));
    assert.ok(back.slice(0, 100).every((peer, index) => peer === first[900 + index]));
    assert.ok(!first.includes(back[100]!));
    assert.deepEqual(back.slice(100), first.slice(0, 900));
  });

  it('keeps the allowed IPs of a peer that changed otherwise', () => {
    const table = new PeerTable();
    const [before] = read(table, [1], 5);
    const [after] = read(table, [1], 6);
    assert.notEqual(after, before);
    assert.equal(after?.allowedIPs, before?.allowedIPs);
    assert.equal(after?.publicKey, before?.publicKey);
  });

  it('takes allowed IPs that were added, removed, moved and replaced', () => {
    const table = new PeerTable();
    const lists = [['a', 'b'], ['a', 'b', 'c'], ['a'], [], ['a', 'b'], ['b', 'a'], ['b', 'c', 'a'], ['b', 'c', 'a']];
    for (const letters of lists) {
      const list = letters.map((letter) => `fd0${letter}::/16`);
      table.begin(NOW);
      table.open();
      for (const text of list) table.allowedIP(Buffer.from(text), 0, text.length);
      assert.deepEqual(table.end()[0]?.allowedIPs, list);
    }
  });

  it('gives the same peer as long as nothing of it changed, and another one with any change', () => {
    const table = new PeerTable();
    const usual = {
      endpoint: '192.0.2.1:1',
      allowedIPs: ['10.0.0.1/32', 'fd00::1/128'],
      hasPresharedKey: false as boolean | undefined,
      handshakeSeconds: 1_795_000_000,
      receiveBytes: 1,
      transmitBytes: 2,
      persistentKeepaliveInterval: 25,
    };
    const take = (fields: typeof usual): Peer => {
      const { endpoint, allowedIPs, ...numbers } = fields;
      table.begin(NOW);
      table.open();
      if (endpoint !== '') table.endpoint(Buffer.from(endpoint), 0, endpoint.length);
      for (const text of allowedIPs) table.allowedIP(Buffer.from(text), 0, text.length);
      Object.assign(table, numbers);
      return table.end()[0]!;
    };
    const expected = ({
      endpoint,
      allowedIPs,
      handshakeSeconds,
      persistentKeepaliveInterval,
      ...as
    }: typeof usual) => ({
      ...as,
      publicKey: `${'A'.repeat(43)}=`,
      endpoint: endpoint === '' ? undefined : endpoint,
      allowedIPs,
      lastHandshakeTime: handshakeSeconds === 0 ? undefined : handshakeSeconds * 1000,
      persistentKeepaliveInterval: persistentKeepaliveInterval === 0 ? undefined : persistentKeepaliveInterval,
    });
    for (const change of [
      { endpoint: '192.0.2.2:1' },
      { endpoint: '' },
      { allowedIPs: [] },
      { allowedIPs: ['10.0.0.1/32'] },
      { allowedIPs: ['10.0.0.2/32', 'fd00::1/128'] },
      { allowedIPs: ['10.0.0.1/32', 'fd00::2/128'] },
      { hasPresharedKey: true },
      { hasPresharedKey: undefined },
      { handshakeSeconds: 0 },
      { handshakeSeconds: 1_795_000_120 },
      { receiveBytes: 2 ** 60 },
      { transmitBytes: 0 },
      { persistentKeepaliveInterval: 0 },
    ]) {
      const changed = { ...usual, ...change };
      const before = take(usual);
      assert.deepEqual(before, expected(usual));
      assert.equal(take(usual), before);
      const after = take(changed);
      assert.deepEqual(after, expected(changed));
      assert.equal(take(changed), after);
    }
  });

  it('tells a peer listed twice in a reading', () => {
    const table = new PeerTable();
    table.begin(NOW);
    assert.equal(table.open(), true);
    assert.equal(table.open(), false);
  });

  it('starts afresh after a reading that broke off', () => {
    const table = new PeerTable();
    const first = read(table, [1, 2]);
    table.begin(NOW);
    table.open();
    assert.deepEqual(read(table, [1, 2]), first);
  });

  for (const [what, text, right] of [
    ['allowedIP', '10.0.0.0/8', true],
    ['allowedIP', '::/0', true],
    ['allowedIP', 'fd00:1:2:3:4:5:6:7/128', true],
    ['allowedIP', '::ffff:192.0.2.1/128', true],
    ['allowedIP', '10.0.0.1', false],
    ['allowedIP', '036b4785004a3e7904ea429862c55f5e/64', false],
    ['allowedIP', '8BqJf6FAGP6nF2Jp/32', false],
    ['endpoint', '192.0.2.1:51820', true],
    ['endpoint', '[2001:db8::1]:1', true],
    ['endpoint', '[fe80::1%eth0]:1', true],
    ['endpoint', '[fe80::1%8BqJf6FAGP6nF2JpXRk2]:1', false],
    ['endpoint', '8BqJf6FAGP6nF2JpXRk2tHhQBKPnkE6k:1', false],
    ['endpoint', '', false],
  ] as const) {
    it(`takes ${what} '${text}': ${right}, and never quotes what it does not take`, () => {
      const table = new PeerTable();
      table.begin(NOW);
      table.open();
      const give = (): void => table[what](Buffer.from(text), 0, text.length);
      if (right) give();
      else
        assert.throws(
          give,
          (error: Error) => /in its place/.test(error.message) && (text === '' || !error.message.includes(text)),
        );
    });
  }
});
