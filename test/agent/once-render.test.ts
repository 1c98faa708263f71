import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, it } from 'mocha';
import { renderJson, renderOtlp, renderTable } from '@wgotel/agent';
import { Tracker, type Device, type Frame, type Snapshot } from '@wgotel/core';
import { assertGolden } from '../support/golden.js';
import { repositoryPath } from '../support/repository.js';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../support/snapshots.js';

const NAMES = new Map(
  ['paris', 'Büro-München', '東京オフィス', 'anna-🦊', 'a-name-longer-than-most-people-would-ever-give'].map((name) => [
    keyOf(name),
    name,
  ]),
);
const ago = (seconds: number): number => EPOCH - seconds * 1000;

function frameOf(devices: readonly Device[], fields: Partial<Snapshot> = {}): Frame {
  const names = (publicKey: string): string | undefined => NAMES.get(publicKey);
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10_000, names });
  return advance(tracker, snapshot(0, devices, fields));
}

const SITES = device(
  [
    peer('paris', {
      lastHandshakeTime: ago(80),
      receiveBytes: 1_288_490_189,
      transmitBytes: 5_000_000,
      allowedIPs: ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16', 'fd00:1::/48'],
    }),
    peer('Büro-München', {
      lastHandshakeTime: ago(4000),
      persistentKeepaliveInterval: 25,
      endpoint: '[2001:db8:1234:5678:9abc:def0:1234:5678]:51820',
      receiveBytes: 1023,
      transmitBytes: 1024,
    }),
    peer('東京オフィス', { lastHandshakeTime: ago(12), receiveBytes: 2 ** 53, hasPresharedKey: true }),
    peer('anna-🦊', { lastHandshakeTime: ago(300_000), endpoint: '203.0.113.200:65535' }),
    peer('a-name-longer-than-most-people-would-ever-give', { endpoint: undefined, allowedIPs: [] }),
    peer('nobody named it', { lastHandshakeTime: ago(0.4) }),
  ],
  { up: true, firewallMark: 51820 },
);
const EMPTY = device([], { name: 'wg1', type: 'kernel', source: 'wg-show', listenPort: undefined, up: false });
const FAILURE = {
  source: 'uapi',
  device: 'wg2',
  code: 'PERMISSION_DENIED',
  message: 'no permission for wg2.sock: run as root',
} as const;

describe('renderTable', () => {
  const frame = frameOf([SITES, EMPTY]);
  for (const [width, colour] of [
    [60, false],
    [80, false],
    [120, false],
    [Infinity, false],
    [80, true],
  ] as const) {
    const name = `once-${width === Infinity ? 'piped' : width}${colour ? '-colour' : ''}.txt`;
    it(`looks as in ${name}`, () => assertGolden(name, renderTable(frame, { width, colour })));
  }

  it('orders peers the same whatever their order in the reading', () => {
    const reversed = frameOf([{ ...SITES, peers: SITES.peers.toReversed() }, EMPTY]);
    const options = { width: 120, colour: false };
    assert.equal(renderTable(reversed, options), renderTable(frame, options));
  });

  it('shows no key', () => {
    const table = renderTable(frame, { width: Infinity, colour: false });
    for (const key of [SITES.publicKey!, ...SITES.peers.map(({ publicKey }) => publicKey)]) {
      assert.ok(!table.includes(key.slice(0, 8)), table);
    }
  });

  it('lets nothing through that a terminal would act on', () => {
    const hostile = frameOf([device([peer('x', { endpoint: '\x1b[2J', allowedIPs: ['\x1b]0;x\x07', '\u202e'] })])]);
    const table = renderTable(hostile, { width: Infinity, colour: false });
    assert.doesNotMatch(table.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  });

  it('keeps no line wider than it may be', () => {
    for (let width = 58; width < 200; width++) {
      for (const line of renderTable(frame, { width, colour: false }).split('\n')) {
        assert.ok(columnsOf(line) <= width, `${width}: ${line}`);
      }
    }
  });

  for (const [bytes, text] of [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '0.98 KiB'],
    [1024, '1.00 KiB'],
    [10_235, '10.0 KiB'],
    [1_048_575, '1.00 MiB'],
    [2 ** 53, '8.00 PiB'],
    [2 ** 64, '16.0 EiB'],
  ] as const) {
    it(`writes ${bytes} bytes as ${text}`, () => {
      const table = renderTable(frameOf([device([peer('x', { receiveBytes: bytes })])]), {
        width: Infinity,
        colour: false,
      });
      assert.ok(table.includes(`  ${text}  `), table);
    });
  }

  for (const [seconds, text] of [
    [-5, '0s ago'],
    [0.9, '0s ago'],
    [59, '59s ago'],
    [60, '1m 0s ago'],
    [3599, '59m 59s ago'],
    [3600, '1h 0m ago'],
    [90_000, '1d 1h ago'],
    [1000 * 86_400, '1000d 0h ago'],
  ] as const) {
    it(`writes an age of ${seconds} s as ${text}`, () => {
      const table = renderTable(frameOf([device([peer('x', { lastHandshakeTime: ago(seconds) })])]), {
        width: Infinity,
        colour: false,
      });
      assert.ok(table.includes(`  ${text}  `), table);
    });
  }
});

describe('renderJson', () => {
  const text = renderJson(frameOf([SITES, EMPTY], { failures: [FAILURE] }));
  const matches = new Ajv2020().compile(
    JSON.parse(readFileSync(repositoryPath('docs/schema/once.schema.json'), 'utf8')),
  );

  it('looks as in once.json', () => assertGolden('once.json', text));

  it('matches its schema', () => assert.ok(matches(JSON.parse(text)), JSON.stringify(matches.errors)));

  it('matches its schema with nothing to tell', () => assert.ok(matches(JSON.parse(renderJson(frameOf([]))))));

  for (const [what, spoil] of [
    ['a field the schema does not know', (peers: Record<string, unknown>[]) => (peers[0]!['privateKey'] = 'x')],
    ['a state there is not', (peers: Record<string, unknown>[]) => (peers[0]!['state'] = 'gone')],
    ['a counter below 0', (peers: Record<string, unknown>[]) => (peers[0]!['receiveBytes'] = -1)],
    ['no id', (peers: Record<string, unknown>[]) => delete peers[0]!['id']],
  ] as const) {
    it(`would not match its schema with ${what}`, () => {
      const spoilt = JSON.parse(text) as { devices: { peers: Record<string, unknown>[] }[] };
      spoil(spoilt.devices[0]!.peers);
      assert.equal(matches(spoilt), false);
    });
  }
});

describe('renderOtlp', () => {
  const text = renderOtlp(frameOf([SITES, EMPTY], { failures: [FAILURE] }), { 'service.name': 'wgotel' });

  it('is one line', () => assert.equal(text.indexOf('\n'), text.length - 1));

  it('looks as in once-otlp.json', () =>
    assertGolden('once-otlp.json', `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`));
});

/** East Asian characters and emoji take two places. */
function columnsOf(line: string): number {
  const wide = line.match(/[\u3000-\u9fff\u{1f000}-\u{1faff}]/gu) ?? [];
  return Array.from(line).length + wide.length;
}
