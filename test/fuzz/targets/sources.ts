import { recordingOf, isWireGuardError, type Device } from '@wgotel/core';
import { deviceMessages } from '../../core/source/datagrams.js';
import { toAnswers, toDump, toReply, type TestDevice } from '../../core/source/device-text.js';
import { ofDevice, parseRecording, toDump as fromAnswers } from '../../core/source/internals.js';
import { NOW, parseDump, parseNetlink, parseUapi } from '../../core/source/parse.js';
import { testDevice } from '../../core/source/reading.js';
import { device, EPOCH, peer } from '../../support/snapshots.js';
import { assertHarmless, SECRET, type FuzzTarget } from '../target.js';

const PEERS = [
  {
    name: 'alice',
    secret: true,
    endpoint: '192.0.2.1:1',
    allowedIPs: ['10.0.0.1/32', 'fd00::/8'],
    handshake: NOW / 1000,
  },
  { name: 'bob', receiveBytes: 2 ** 53, transmitBytes: 148, keepalive: 25 },
];
const DEVICE: TestDevice = {
  ...testDevice('wg0', PEERS, { listenPort: 51820, firewallMark: 7 }),
  privateKey: Buffer.from(SECRET, 'base64'),
};
const DEVICES: readonly Device[] = [
  device([peer('a', { lastHandshakeTime: EPOCH, endpoint: '[fe80::1%eth0]:1' })], { netns: 'blue' }),
  device([], { name: 'wg1', publicKey: undefined }),
];

/** Runs a parser. Only errors of ours may come out of it, and no key with them. */
function guarded(parse: () => unknown): void {
  let result: unknown;
  try {
    result = parse();
  } catch (error) {
    // The helper's own word for a reply that has not ended.
    if (error instanceof Error && /does not take the reply for complete/.test(error.message)) return;
    if (!isWireGuardError(error)) throw error;
    assertHarmless(`${error.message} ${error.stack}`);
    return;
  }
  // Where the answer itself calls 32 bytes a public key, nobody can tell that they are pieces of another one.
  assertHarmless(JSON.stringify(result, (key, value: unknown) => (key === 'publicKey' ? undefined : value)));
}

const dump = toDump(DEVICE);
const answers = toAnswers(dump);
const BREAK = '\u0001';
/** A peer and an allowed IP to a message, each message a datagram with its length before it. */
const datagrams = deviceMessages(31, DEVICE, { peers: 1, allowedIPs: 1 }).flatMap((bytes) => [
  Buffer.from(Uint32Array.of(bytes.length).buffer),
  bytes,
]);

export const SOURCE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'uapi',
    corpus: [toReply(DEVICE), Buffer.from(toReply(DEVICE).toString().replace('listen', 'jc=4\nh1=7\nlisten'))],
    run: (input) => guarded(() => parseUapi(pieces(input))),
  },
  { name: 'dump', corpus: [Buffer.from(dump)], run: (input) => guarded(() => parseDump(pieces(input))) },
  {
    name: 'public',
    corpus: [Buffer.from(Object.values(answers).join(BREAK))],
    run: (input) =>
      guarded(() => {
        const texts = input.toString('latin1').split(BREAK);
        const given = Object.fromEntries(Object.keys(answers).map((question, index) => [question, texts[index] ?? '']));
        return parseDump([Buffer.from(fromAnswers(given as Parameters<typeof fromAnswers>[0]))]);
      }),
  },
  { name: 'netlink', corpus: [Buffer.concat(datagrams)], run: (input) => guarded(() => parseKernel(input)) },
  {
    name: 'recording',
    corpus: [Buffer.from(recordingOf({ takenAt: EPOCH, devices: DEVICES, failures: [] }))],
    run: (input) => guarded(() => parseRecording(input.toString())),
  },
];

/** Parses datagrams as the source does, which says what refusals mean. */
function parseKernel(recording: Buffer): unknown {
  try {
    return parseNetlink(recording);
  } catch (error) {
    throw ofDevice(error, 'wg0');
  }
}

/** Whole lines are what a parser is given; the last one may be missing its end. */
function pieces(input: Buffer): Buffer[] {
  const half = input.length >> 1;
  return [input.subarray(0, half), input.subarray(half)];
}
