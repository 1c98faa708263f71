import assert from 'node:assert/strict';
import type { Peer } from '@wgotel/core';
import { describe, it } from 'mocha';
import { toDump, toReply } from './device-text.js';
import { namespacesOf, PeerTable, UapiParser } from './internals.js';
import { NOW, parseDump, parseUapi } from './parse.js';
import { testDevice } from './reading.js';

const WG0 = testDevice('awg0', [{ name: 'alice', handshake: 1_795_295_123 }], { firewallMark: 0xca6c });

/** The lines of `awg show all dump`: between port and mark the interface has columns of its own. */
function awgDump(columns: readonly string[]): Buffer {
  const [head = '', ...peers] = toDump(WG0).trimEnd().split('\n');
  const fields = head.split('\t');
  const line = [...fields.slice(0, 4), ...columns, fields[4]].join('\t');
  return Buffer.from([line, ...peers.map((peer) => `${peer}\toff`)].map((text) => `${text}\n`).join(''));
}

interface Parsed {
  readonly standardMessages: boolean;
  readonly firewallMark: number;
  readonly peers: readonly Peer[];
}

describe('AmneziaWG', () => {
  for (const [name, columns, standard] of [
    ['obfuscating', ['4', '40', '70', '50', '100', '1755269708', '2101520157', '1829552135', '2016351429'], false],
    ['with everything as in WireGuard', ['0', '0', '0', '0', '0', '1', '2', '3', '4'], true],
    ['with junk packets only', ['4', '0', '0', '0', '0', '1', '2', '3', '4'], false],
    ['of a later version, whose columns are not known', ['0', '0', '0', '0', '0', '0', '0', '1', '2', '3', '4'], false],
    ['with packets to imitate', ['4', '8', '9', '0', '0', '1', '2', '3', '4', '<b 0xf6ab>', '(null)'], false],
  ] as const) {
    it(`through awg, ${name}`, () => {
      const [device] = parseDump([awgDump(columns)]) as Parsed[];
      assert.deepEqual([device?.standardMessages, device?.firewallMark], [standard, 0xca6c]);
      assert.equal(device?.peers[0]?.lastHandshakeTime, 1_795_295_123_000);
    });
  }

  for (const [lines, standard] of [
    ['jc=4\njmin=8\njmax=80\n', false],
    ['s1=0\ns2=0\njc=0\nh1=1\nh2=2\nh3=3\nh4=4\n', true],
    ['h3=1234\n', false],
    ['h1=100-200\n', false],
    ['s4=12\n', false],
    ['i1=<b 0xf6ab>\n', true],
  ] as const) {
    it(`over a socket that says ${lines.replaceAll('\n', ' ')}`, () => {
      const reply = toReply(WG0).toString().replace('listen_port', `${lines}listen_port`);
      const { device } = parseUapi([Buffer.from(reply)]) as { device: { standardMessages: boolean } };
      assert.equal(device.standardMessages, standard);
    });
  }
});

describe('boringtun, which gives ages', () => {
  const ofAge = (seconds: number): Buffer => toReply(testDevice('utun0', [{ name: 'alice', handshake: seconds }]));
  const read = (parser: InstanceType<typeof UapiParser>, reply: Buffer, now: number): Peer => {
    parser.begin(now);
    parser.parse(reply, reply.length);
    return parser.end().peers[0]!;
  };

  it('has a time that stays the same until the age falls', () => {
    const parser = new UapiParser();
    const first = read(parser, ofAge(100), NOW);
    assert.equal(first.lastHandshakeTime, NOW - 100_000);
    // Half a second passed, or a second and a half, by the clock of either.
    assert.equal(read(parser, ofAge(114), NOW + 15_400), first);
    assert.equal(read(parser, ofAge(131), NOW + 30_000), first);
    assert.equal(read(parser, ofAge(2), NOW + 45_000).lastHandshakeTime, NOW + 43_000);
    assert.equal(parser.end().standardMessages, false);
  });

  it('is told by the age, and not by a clock that was never set', () => {
    const parser = new UapiParser();
    assert.equal(read(parser, ofAge(100), 500_000).lastHandshakeTime, 100_000);
    assert.equal(parser.end().standardMessages, true);
  });

  it('is known through wg as well', () => {
    const dump = Buffer.from(toDump(testDevice('utun0', [{ name: 'alice', handshake: 100 }])));
    const [device] = parseDump([dump]) as Parsed[];
    assert.deepEqual([device?.standardMessages, device?.peers[0]?.lastHandshakeTime], [false, NOW - 100_000]);
  });

  it('has no handshake where there is none', () => {
    const table = new PeerTable();
    table.begin(NOW);
    table.open();
    assert.equal(table.end()[0]?.lastHandshakeTime, undefined);
    assert.equal(table.givesAges, false);
  });
});

describe('a network namespace', () => {
  for (const [name, path] of [
    ['blue', '/run/netns/blue'],
    ['cni-1234-ab', '/run/netns/cni-1234-ab'],
    ['/run/docker/netns/ab', '/run/docker/netns/ab'],
    ['pid:4711', '/proc/4711/ns/net'],
  ] as const) {
    it(`may be ${name}`, () => assert.deepEqual(namespacesOf([name]), [{ name, path }]));
  }

  for (const name of ['', '..', '../blue', 'a/b', '-t', '--all', 'a b', 'a;b', '$(id)', '.hidden']) {
    it(`may not be '${name}'`, () => assert.throws(() => namespacesOf([name]), { code: 'INVALID_OPTION' }));
  }
});
