import assert from 'node:assert/strict';
import { LinesPipeline, stringField, tagValue, TelegrafLines, type EncodedRequest } from '@wgotel/agent';
import { Tracker, type Attributes, type EndpointMode, type Frame } from '@wgotel/core';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { anyFrame } from '../../../support/frames.js';
import { assertGolden } from '../../../support/golden.js';
import { parseLines, type ParsedLine } from '../../../support/line-protocol.js';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../../support/snapshots.js';
import { scenario } from '../../prometheus/scenario.js';

const HOST = { 'host.name': 'edge' };

function requests(
  frame: Frame,
  {
    resource = HOST,
    endpoints = 'full',
    limit,
  }: { resource?: Attributes; endpoints?: EndpointMode; limit?: number } = {},
): EncodedRequest[] {
  return [...new TelegrafLines(resource, endpoints, limit).requests(frame)].filter((each) => each !== undefined);
}

function text(frame: Frame, options: Parameters<typeof requests>[1] = {}): string {
  return requests(frame, options)
    .map(({ bytes }) => bytes.toString())
    .join('');
}

describe('line protocol', () => {
  for (const [given, expected] of [
    ['wg0', 'wg0'],
    ['a b,c=d', String.raw`a\ b\,c\=d`],
    ['Zoë "x"', String.raw`Zoë\ "x"`],
    [String.raw`a\b`, String.raw`a\b`],
    [String.raw`a\,b`, String.raw`a\\,b`],
    [String.raw`a\\`, 'a'],
    ['a\tb\nc\rd\fe', String.raw`a\tb\nc\rd\fe`],
    ['a\u0000\u001b\u007fb\\\u0001', 'ab'],
    ['\\', ''],
  ] as const) {
    it(`has ${JSON.stringify(given)} as ${expected} in a tag`, () => assert.equal(tagValue(given), expected));
  }

  for (const [given, expected] of [
    ['192.0.2.1:1', '"192.0.2.1:1"'],
    ['a "b" c', String.raw`"a \"b\" c"`],
    ['a\\', String.raw`"a\\"`],
    ['a,b=c d', '"a,b=c d"'],
    ['a\nb', String.raw`"a\nb"`],
  ] as const) {
    it(`has ${JSON.stringify(given)} as ${expected} in a field`, () => assert.equal(stringField(given), expected));
  }

  it('gives back what was written, but for what it can not hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (given) => {
        const value = tagValue(given);
        const field = stringField(given);
        const tag = value === '' ? '' : `,t=${value}`;
        const [line] = parseLines(`m${tag} f=${field} 1\n`) as [ParsedLine];
        const whole = given.replaceAll(/\p{Cc}/gu, '');
        if (/[\t\n\f\r]/.test(given)) return;
        assert.equal(line.tags['t'] ?? '', whole.replace(/\\+$/, ''));
        assert.equal(line.fields['f'], whole);
      }),
      { seed: 6 },
    );
  });
});

describe('lines as Telegraf writes them', () => {
  it('are on record', () => assertGolden('influx/lines.txt', text(scenario())));

  it('are read back by another parser, whatever there is', () => {
    fc.assert(
      fc.property(anyFrame, fc.string({ unit: 'grapheme' }), (frame, host) => {
        const all = text(frame, { resource: { 'host.name': host } });
        const lines = all === '' ? [] : parseLines(all);
        const shown = frame.devices.filter(({ up, device: { up: said } }) => up === 1 || (up === 0 && said === false));
        const expected = shown.flatMap(({ series, peers }) => [
          `wireguard_device ${series.device}`,
          ...peers
            .filter(({ individual }) => individual)
            .map(({ peer: { publicKey } }) => `wireguard_peer ${publicKey}`),
        ]);
        const found = lines.map(({ measurement, tags }) => `${measurement} ${tags['public_key'] ?? tags['name']}`);
        assert.deepEqual(found, expected);
        for (const { tags, time } of lines) {
          assert.equal(tags['host'] !== undefined, tagValue(host) !== '');
          assert.equal(time, BigInt(frame.time) * 1_000_000n);
        }
      }),
      { seed: 6 },
    );
  });

  it('say of numbers what was read, to the last digit', () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1000 });
    const peers = [
      peer('a', { lastHandshakeTime: EPOCH + 0.123, receiveBytes: 2 ** 53, persistentKeepaliveInterval: 25 }),
      peer('b', { allowedIPs: [], endpoint: undefined }),
    ];
    const frame = advance(tracker, snapshot(0, [device(peers, { listenPort: undefined })]));
    const [ofDevice, a, b] = parseLines(text(frame)) as [ParsedLine, ParsedLine, ParsedLine];
    assert.deepEqual(ofDevice, {
      measurement: 'wireguard_device',
      tags: { host: 'edge', name: 'wg0', type: 'userspace' },
      fields: { listen_port: 0n, firewall_mark: 0n, peers: 2n },
      time: BigInt(EPOCH) * 1_000_000n,
    });
    assert.deepEqual(a, {
      measurement: 'wireguard_peer',
      tags: { device: 'wg0', host: 'edge', public_key: keyOf('a') },
      fields: {
        persistent_keepalive_interval_ns: 25_000_000_000n,
        protocol_version: 1n,
        allowed_ips: 1n,
        allowed_peer_cidr: '10.9.0.2/32',
        endpoint: '192.0.2.1:51820',
        last_handshake_time_ns: BigInt(EPOCH) * 1_000_000n + 123_000n,
        rx_bytes: 2n ** 53n,
        tx_bytes: 0n,
      },
      time: BigInt(EPOCH) * 1_000_000n,
    });
    assert.deepEqual(b.fields, {
      persistent_keepalive_interval_ns: 0n,
      protocol_version: 1n,
      allowed_ips: 0n,
      last_handshake_time_ns: -6795364578871345152n,
      rx_bytes: 0n,
      tx_bytes: 0n,
    });
  });

  for (const endpoints of ['subnet', 'off'] as const) {
    it(`say nothing of endpoints with endpoints ${endpoints}`, () => {
      const all = text(scenario(), { endpoints });
      assert.ok(!all.includes('endpoint=') && !all.includes('198.51.100'));
      assert.ok(all.includes('rx_bytes='));
    });
  }

  it('are cut into requests between lines, each as large as is allowed at most', () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1000 });
    const peers = Array.from({ length: 300 }, (_, index) => peer(`p${index}`));
    const frame = advance(tracker, snapshot(0, [device(peers)]));
    const cut = requests(frame, { limit: 10_000 });
    assert.ok(cut.length > 5);
    assert.ok(cut.every(({ bytes }) => bytes.length <= 10_000));
    assert.ok(cut.slice(0, -1).every(({ bytes }) => bytes.length > 9000));
    assert.deepEqual(
      cut.map(({ bytes }) => parseLines(bytes.toString()).length),
      cut.map(({ items }) => items),
    );
    assert.equal(cut.map(({ bytes }) => bytes.toString()).join(''), text(frame));
    // A line is sent, however long.
    assert.equal(requests(frame, { limit: 1 }).length, 301);
  });

  it('wait for whoever takes them', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 1000 });
    const frame = advance(tracker, snapshot(0, [device([peer('a')])]));
    const order: string[] = [];
    const taker = {
      enqueue: async ({ items }: EncodedRequest): Promise<void> => {
        order.push(`takes ${items}`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push('took');
      },
    };
    await new LinesPipeline(new TelegrafLines(HOST, 'full', 1), taker).push(frame);
    assert.deepEqual(order, ['takes 1', 'took', 'takes 1', 'took']);
  });
});
