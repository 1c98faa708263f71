import { isWireGuardError } from '@wgotel/core';
import { AnswerParser, PeerTable, writeReading } from '../../core/source/internals.js';
import { device, EPOCH, peer } from '../../support/snapshots.js';
import { assertHarmless, SECRET, type FuzzTarget } from '../target.js';

const DEVICES = [
  device([peer('a', { lastHandshakeTime: EPOCH + 7, endpoint: '[fe80::1%eth0]:1' }), peer('b')], { netns: 'blue' }),
  device([peer('a', { hasPresharedKey: true, allowedIPs: ['10.0.0.0/8', '::/0'] })], { name: 'wg1' }),
];
const ANSWER = Buffer.concat([
  ...writeReading(
    {
      devices: DEVICES,
      failures: [{ source: 'uapi', device: 'wg7', netns: 'red', code: 'TIMEOUT', message: 'no answer' }],
      notes: [{ source: 'wg-show', message: 'wg lists no device' }],
    },
    '0.1.0',
  ),
]);

/** With a key where a reader that forgets itself would put it. */
const CARELESS = Buffer.from(ANSWER.toString().replace('(none)', SECRET));

/** What a reader, or somebody in its place, says: only errors of ours may come of it, and a key in the place of `(set)` goes no
 *  further. */
export const READER_TARGET: FuzzTarget = {
  name: 'reader',
  corpus: [ANSWER, CARELESS],
  run: (input) => {
    const parser = new AnswerParser(() => new PeerTable(), EPOCH);
    let said = '';
    try {
      const half = input.lastIndexOf(10, input.length >> 1) + 1;
      const whole = input.lastIndexOf(10) + 1;
      for (const piece of [input.subarray(0, half), input.subarray(half, whole)]) parser.parse(piece, piece.length);
    } catch (error) {
      if (!isWireGuardError(error)) throw error;
      said = error.message;
    }
    const { devices, failures, notes } = parser;
    // Where the answer itself calls 32 bytes a public key, or a word the name of a device, nobody can tell that it is another.
    const peersOf = devices.map(({ peers }) => peers.map((each) => ({ ...each, publicKey: undefined })));
    assertHarmless(said + JSON.stringify(peersOf));
    for (const { message } of [...failures, ...notes]) {
      if (/\p{Cc}/u.test(message)) throw new Error('a control character shows');
    }
    for (const { peers } of devices) peers.forEach(({ allowedIPs, endpoint }) => allowedIPs.includes(endpoint!));
  },
};
