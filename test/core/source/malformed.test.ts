import assert from 'node:assert/strict';
import { isWireGuardError, type WireGuardError } from '@wgotel/core';
import { describe, it } from 'mocha';
import { parseDump, parseUapi } from './parse.js';

/** A key that must not show up in a message; no number, no word of ours. */
const HEX = 'c3a1f05d9be27746'.repeat(4);
const BASE64 = Buffer.from(HEX, 'hex').toString('base64');
const PUBLIC = Buffer.alloc(32, 7).toString('base64');

const row = (...columns: string[]): string => columns.join('\t');
const INTERFACE = row('wg0', BASE64, PUBLIC, '51820', 'off');
const peer = (...changed: [number, string][]): string => {
  const columns = ['wg0', PUBLIC, BASE64, '192.0.2.1:1', '10.0.0.0/8', '0', '0', '0', 'off'];
  for (const [column, text] of changed) columns[column - 1] = text;
  return row(...columns);
};

const UAPI_PEER = `private_key=${HEX}\npublic_key=${HEX}\npreshared_key=${HEX}\n`;

type Row = readonly [what: string, text: string, line: number, expected: RegExp];

const UAPI: readonly Row[] = [
  ['a private key too short', `private_key=${HEX.slice(1)}\n`, 1, /private_key to be 64 hex digits/],
  ['a private key in base64', `listen_port=1\nprivate_key=${BASE64}\n`, 2, /private_key to be 64 hex digits/],
  ['a private key with a letter too many', `private_key=${HEX}0\n`, 1, /private_key to be 64 hex digits/],
  ['a public key too short', `${UAPI_PEER}public_key=${HEX.slice(2)}\n`, 4, /public_key to be 64 hex digits/],
  ['a public key that is no hex', `public_key=${HEX.slice(1)}g\n`, 1, /public_key to be 64 hex digits/],
  ['no public key', 'public_key=\n', 1, /public_key to be 64 hex digits/],
  ['the same peer twice', `${UAPI_PEER}public_key=${HEX}\n`, 4, /public_key .*not listed before/],
  [
    'an allowed IP before any peer',
    `private_key=${HEX}\nallowed_ip=10.0.0.0/8\n`,
    2,
    /allowed_ip .*after a public_key/,
  ],
  ['an endpoint before any peer', `endpoint=${HEX}\n`, 1, /endpoint .*after a public_key/],
  ['a port that is no number', `listen_port=${HEX}\n`, 1, /listen_port to be a decimal number/],
  ['a negative port', 'listen_port=-1\n', 1, /listen_port to be a decimal number/],
  ['a mark that is no number', `fwmark=${HEX}\n`, 1, /fwmark to be a decimal number/],
  ['no bytes sent', `${UAPI_PEER}tx_bytes=\n`, 4, /tx_bytes to be a decimal number/],
  ['bytes received with a fraction', `${UAPI_PEER}rx_bytes=1.5\n`, 4, /rx_bytes to be a decimal number/],
  ['bytes received beyond 64 bits', `${UAPI_PEER}rx_bytes=${'9'.repeat(21)}\n`, 4, /rx_bytes to be a decimal number/],
  ['handshake seconds of text', `${UAPI_PEER}last_handshake_time_sec=${HEX}\n`, 4, /last_handshake_time_sec to be/],
  ['negative nanoseconds', `${UAPI_PEER}last_handshake_time_nsec=-1\n`, 4, /last_handshake_time_nsec to be/],
  ['a keepalive in words', `${UAPI_PEER}persistent_keepalive_interval=off\n`, 4, /persistent_keepalive_interval to be/],
  ['an errno of text', `${UAPI_PEER}errno=${HEX}\n`, 4, /errno to be a whole number/],
  ['no errno', `${UAPI_PEER}errno=\n\n`, 4, /errno to be a whole number/],
  ['an end without errno', `${UAPI_PEER}\n`, 4, /errno to be before the empty line/],
];

const DUMP: readonly Row[] = [
  ['an interface line without mark', row('wg0', BASE64, PUBLIC, '51820'), 1, /interface line of 5 columns/],
  ['the dump of one interface, which has no names', row(BASE64, PUBLIC, '1', 'off'), 1, /interface line of 5 columns/],
  ['a complaint', BASE64, 1, /interface line of 5 columns/],
  ['an empty line', '', 1, /interface line of 5 columns/],
  ['a port of text', row('wg0', BASE64, PUBLIC, BASE64, 'off'), 1, /listening port in column 4 to be a decimal/],
  ['an interface key of text', row('wg0', BASE64, HEX, '1', 'off'), 1, /public key or \(none\) in column 3/],
  ['a mark of text', row('wg0', BASE64, PUBLIC, '1', BASE64), 1, /firewall mark or off in column 5/],
  ['a peer line of 8 columns', `${INTERFACE}\n${row('wg0', PUBLIC, BASE64, '0', '0', '0', '0', '0')}`, 2, /9 columns/],
  ['a public key too short', `${INTERFACE}\n${peer([2, PUBLIC.slice(1)])}`, 2, /public key in column 2/],
  ['a public key in hex', `${INTERFACE}\n${peer([2, HEX])}`, 2, /public key in column 2/],
  [
    'a public key with a stray letter',
    `${INTERFACE}\n${peer([2, `-${PUBLIC.slice(1)}`])}`,
    2,
    /public key in column 2/,
  ],
  ['the same peer twice', `${INTERFACE}\n${peer()}\n${peer()}`, 3, /not listed before/],
  ['a handshake of text', `${INTERFACE}\n${peer([6, BASE64])}`, 2, /latest handshake in column 6/],
  [
    'a negative handshake',
    `${INTERFACE}\n${peer()}\n${peer([2, BASE64], [6, '-1'])}`,
    3,
    /latest handshake in column 6/,
  ],
  ['bytes received of text', `${INTERFACE}\n${peer([7, BASE64])}`, 2, /received bytes in column 7/],
  ['bytes sent of text', `${INTERFACE}\n${peer([8, '(none)'])}`, 2, /sent bytes in column 8/],
  ['a keepalive of text', `${INTERFACE}\n${peer([9, BASE64])}`, 2, /persistent keepalive in column 9/],
];

function caught(parse: () => unknown): WireGuardError {
  try {
    parse();
  } catch (error) {
    assert.ok(isWireGuardError(error), `not a WireGuardError: ${String(error)}`);
    return error;
  }
  return assert.fail('taken for well-formed');
}

function assertNoKey(text: string): void {
  for (const key of [HEX, BASE64]) {
    for (let at = 0; at + 6 <= key.length; at++) {
      assert.ok(!text.includes(key.slice(at, at + 6)), `part of a key in: ${text}`);
    }
  }
}

for (const [kind, parse, rows] of [
  ['uapi', parseUapi, UAPI],
  ['wg-show', parseDump, DUMP],
] as const) {
  describe(`${kind} parser, malformed input`, () => {
    for (const [what, text, line, expected] of rows) {
      it(`refuses ${what}`, () => {
        const error = caught(() => parse([Buffer.from(`${text}\n`)]));
        assert.equal(error.code, 'PROTOCOL');
        assert.match(error.message, new RegExp(`^line ${line} of `));
        assert.match(error.message, expected);
        assertNoKey(error.message);
        assert.equal(error.cause, undefined);
      });
    }
  });
}
