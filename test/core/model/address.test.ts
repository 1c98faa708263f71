import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseAddress, parsePrefix, words } from '../tracing/internals.js';

const SEED = 5;

/** What the parser makes of a text: the words, or nothing. */
function parsed(text: string): string {
  const family = parseAddress(text);
  if (family === 0) return 'none';
  return [...words.subarray(0, family === 4 ? 1 : 4)].map((word) => word.toString(16)).join(' ');
}

describe('an address', () => {
  for (const [text, expected] of [
    ['192.0.2.1', 'c0000201'],
    ['0.0.0.0', '0'],
    ['255.255.255.255', 'ffffffff'],
    ['::ffff:192.0.2.1', 'c0000201'],
    ['::FFFF:c000:201', 'c0000201'],
    ['[::ffff:192.0.2.1]', 'c0000201'],
    ['0:0:0:0:0:ffff:192.0.2.1', 'c0000201'],
    ['64:ff9b::192.0.2.1', '64ff9b 0 0 c0000201'],
    ['2001:DB8::1', '20010db8 0 0 1'],
    ['[2001:db8::1]', '20010db8 0 0 1'],
    ['fe80::1%wg0', 'fe800000 0 0 1'],
    ['[fe80::1%25wg0]', 'fe800000 0 0 1'],
    ['::', '0 0 0 0'],
    ['1::', '10000 0 0 0'],
    ['1:2:3:4:5:6:7:8', '10002 30004 50006 70008'],
    ['1:2:3:4:5:6:7::', '10002 30004 50006 70000'],
    ['::2:3:4:5:6:7:8', '2 30004 50006 70008'],
  ] as const) {
    it(`${text} is read`, () => assert.equal(parsed(text), expected));
  }

  for (const text of [
    '',
    'localhost',
    'wg0',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.04',
    '1..2.3',
    '1.2.3.4 ',
    '1.2.3.4%eth0',
    ':',
    ':::',
    '1:2',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '12345::',
    '::1%',
    '[::1',
    '::1]',
    '[1.2.3.4]',
    '1:',
    '::1.2.3',
    '1.2.3.4::',
    '::g',
    '/run/socket',
    'fe80::1%'.padEnd(100, 'a'),
    '1:2:3:4:5:6:7:1.2.3.4',
    'abc.de',
  ]) {
    it(`'${text}' is none`, () => assert.equal(parseAddress(text), 0));
  }

  it('is what Node takes for one, whatever the text', () => {
    const piece = fc.constantFrom('0', '1', 'ff', 'F', '255', '256', ':', '::', '.', ':', '.', '10', 'abcd', '00', 'x');
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(piece, { maxLength: 18 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (address) => {
        assert.equal(parseAddress(address) !== 0, isIP(address) !== 0, address);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
  });
});

describe('a prefix', () => {
  for (const [text, expected] of [
    ['10.1.2.3/8', '4 8 a000000'],
    ['10.1.2.3/32', '4 32 a010203'],
    ['10.1.2.3', '4 32 a010203'],
    ['0.0.0.0/0', '4 0 0'],
    ['::ffff:10.1.2.3/104', '4 8 a000000'],
    ['2001:db8:ffff::/36', '6 36 20010db8 f0000000 0 0'],
    ['::/0', '6 0 0 0 0 0'],
    ['fe80::1', '6 128 fe800000 0 0 1'],
  ] as const) {
    it(`${text} is read`, () => {
      const { family, length } = parsePrefix(text)!;
      const found = [...words.subarray(0, family === 4 ? 1 : 4)].map((word) => word.toString(16)).join(' ');
      assert.equal(`${family} ${length} ${found}`, expected);
    });
  }

  for (const text of [
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '::/129',
    '::ffff:10.0.0.0/90',
    'x/8',
  ]) {
    it(`'${text}' is none`, () => assert.equal(parsePrefix(text), undefined));
  }
});
