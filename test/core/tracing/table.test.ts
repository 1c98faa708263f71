import assert from 'node:assert/strict';
import { BlockList, isIPv4 } from 'node:net';
import { runAtOnce, type TunnelView } from '@wgotel/core';
import { describe, it } from 'mocha';
import { tunnelView } from '../../support/tunnel-feed.js';
import type { TunnelTable as Table } from '../../../packages/core/src/tracing/tunnel-table.js';
import { parseAddress, TunnelTable } from './internals.js';

/** Numbers from 0 up to `below`, the same in every run. Source: mulberry32, a generator in the public domain. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const random = randomNumbers(7);
const oneOf = <T>(items: readonly T[]): T => items[random(items.length)]!;

// Few different bytes, so that prefixes lie in each other and addresses at their edges.
const byte = (): number => oneOf([0, 1, 10, 127, 128, 254, 255, random(256)]);
const word = (): string => oneOf([0, 1, 0x7fff, 0x8000, 0xffff, random(65536)]).toString(16);
const anyIPv4 = (): string => `${oneOf([10, 10, 192, byte()])}.${byte()}.${byte()}.${byte()}`;
const anyIPv6 = (): string => ['fd00', oneOf(['0', '1']), word(), word(), word(), word(), word(), word()].join(':');
const anyAddress = (): string => (random(2) === 0 ? anyIPv4() : anyIPv6());
const anyPrefix = (): string => {
  const address = anyAddress();
  const bits = isIPv4(address) ? 32 : 128;
  return `${address}/${random(4) === 0 ? bits : random(bits + 1)}`;
};

/** One prefix as Node's own matcher sees it. */
interface Naive {
  readonly length: number;
  readonly owner: number;
  readonly holds: (address: string, family: 'ipv4' | 'ipv6') => boolean;
}

function naivePrefixes(views: readonly TunnelView[]): Naive[] {
  return views.flatMap(({ allowedIPs }, owner) =>
    allowedIPs.map((prefix) => {
      const [address = '', length = ''] = prefix.split('/');
      const family = isIPv4(address) ? 'ipv4' : 'ipv6';
      const list = new BlockList();
      list.addSubnet(address, Number(length), family);
      return {
        length: Number(length),
        owner,
        holds: (candidate: string, of: 'ipv4' | 'ipv6') => of === family && list.check(candidate, of),
      };
    }),
  );
}

/** The longest prefix that holds the address, the later of equal ones. */
function naiveOwner(prefixes: readonly Naive[], address: string): number {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  let best: Naive | undefined;
  for (const prefix of prefixes) {
    if ((best === undefined || prefix.length >= best.length) && prefix.holds(address, family)) best = prefix;
  }
  return best?.owner ?? -1;
}

function build(views: readonly TunnelView[], previous = TunnelTable.EMPTY): Table {
  return runAtOnce(TunnelTable.build(views, undefined, previous));
}

function ownerIn(table: Table, address: string): number {
  const family = parseAddress(address);
  assert.notEqual(family, 0);
  const ranges = table.devices.get('wg0')!.of(family as 4 | 6);
  return ranges.ownerOf(ranges.find());
}

describe('a table of tunnels', () => {
  it('finds for 100 000 random addresses what a naive matcher finds', function () {
    this.timeout(60_000);
    let found = 0;
    for (let round = 0; round < 100; round++) {
      const views = Array.from({ length: 1 + random(12) }, () =>
        tunnelView({ allowedIPs: Array.from({ length: random(6) }, anyPrefix) }),
      );
      // The same prefix twice.
      views.push(tunnelView({ allowedIPs: views[0]!.allowedIPs.slice(0, 1) }));
      const [table, naive] = [build(views), naivePrefixes(views)];
      for (let probe = 0; probe < 1000; probe++) {
        const address = anyAddress();
        const expected = naiveOwner(naive, address);
        assert.equal(
          ownerIn(table, address),
          expected,
          `${address} in ${JSON.stringify(views.map((v) => v.allowedIPs))}`,
        );
        if (expected >= 0) found++;
      }
    }
    assert.ok(found > 10_000 && found < 99_000, `${found} in a prefix`);
  });

  for (const [prefixes, address, expected] of [
    [['0.0.0.0/0', '128.0.0.0/1'], '255.255.255.255', 1],
    [['0.0.0.0/0', '255.255.255.255/32'], '255.255.255.255', 1],
    [['0.0.0.0/0', '255.255.255.255/32'], '255.255.255.254', 0],
    [['0.0.0.0/0', '0.0.0.0/32'], '0.0.0.0', 1],
    [['0.0.0.0/0', '0.0.0.0/32'], '0.0.0.1', 0],
    [['10.0.0.0/8', '10.0.0.0/24', '10.0.1.0/24'], '10.0.2.0', 0],
    [['10.0.0.0/8', '10.0.0.0/24', '10.0.1.0/24'], '11.0.0.0', -1],
    [['10.0.0.0/8'], '9.255.255.255', -1],
    [['::/0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128'], 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 1],
    [['fd00::/64', 'fd00::ffff:ffff:0:0/96'], 'fd00::1:0:0:0', 0],
    [['not a prefix', '10.0.0.0/8'], '10.0.0.1', 1],
    [['::/0'], '10.0.0.1', -1],
  ] as const) {
    it(`has ${address} in ${prefixes.join(', ')} at ${expected}`, () => {
      const table = build(prefixes.map((prefix) => tunnelView({ allowedIPs: [prefix] })));
      assert.equal(ownerIn(table, address), expected);
    });
  }

  it('is of one namespace', () => {
    const views = [tunnelView({ netns: 'blue' }), tunnelView({ interface: 'wg1' })];
    const devices = (netns?: string): string[] => [
      ...runAtOnce(TunnelTable.build(views, netns, TunnelTable.EMPTY)).devices.keys(),
    ];
    assert.deepEqual([devices(), devices('blue'), devices('red')], [['wg1'], ['wg0'], []]);
  });

  it('keeps its prefixes as long as they are the same, with the views of now', () => {
    const before = build([tunnelView()]);
    const stale = tunnelView({ state: 'stale' });
    const after = build([stale], before);
    assert.equal(after.devices, before.devices);
    assert.equal(after.views[0], stale);
    for (const other of [tunnelView({ allowedIPs: ['10.0.0.0/9'] }), tunnelView({ interface: 'wg1' })]) {
      assert.notEqual(build([other], before).devices, before.devices);
    }
  });

  it('pauses while it is made', () => {
    const views = Array.from({ length: 20_000 }, (_, index) =>
      tunnelView({ allowedIPs: [`10.${index >> 8}.${index & 255}.0/24`] }),
    );
    let pauses = 0;
    const work = TunnelTable.build(views, undefined, TunnelTable.EMPTY);
    while (work.next().done !== true) pauses++;
    assert.ok(pauses > 20_000 / 64, `${pauses} pauses`);
  });
});
