import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCES, Tracker, type Device, type Reading, type Source } from '@wgotel/core';
import { serveUapi } from '@wgotel/simulator';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';
import { unprivileged } from '../../support/unprivileged.js';
import { AnswerParser, PeerTable, writeReading } from './internals.js';
import { startReader } from './reader-server.js';
import { failures, names, readBriefly, readFrom } from './reading.js';

const DEVICES: readonly Device[] = [
  device(
    [
      peer('alice', { endpoint: '[fe80::1%eth0]:1', lastHandshakeTime: EPOCH + 417, receiveBytes: 2 ** 53 }),
      peer('bob', { hasPresharedKey: true, endpoint: undefined, allowedIPs: [], persistentKeepaliveInterval: 25 }),
      peer('carol', { hasPresharedKey: undefined, allowedIPs: ['10.9.0.2/32', '::/0'], transmitBytes: 2 ** 64 }),
    ],
    { type: 'kernel', firewallMark: 0xca6c, up: true, countingSince: EPOCH - 5, netns: 'blue', source: 'wg-show' },
  ),
  device([peer('alice')], { publicKey: undefined, listenPort: undefined, up: false, incarnation: undefined }),
  device([], { name: 'wg-früh', netns: '/run/my netns/a', standardMessages: false }),
];
const READING: Reading = {
  devices: DEVICES,
  failures: [
    { source: 'wg-show', device: undefined, netns: 'red', code: 'SOURCE_UNAVAILABLE', message: 'red is gone: look' },
    { source: 'uapi', device: 'wg7', code: 'TIMEOUT', message: 'wg7 gave no answer' },
  ],
  notes: [{ source: 'wg-show', message: 'wg lists no device' }],
};

const bytesOf = (reading: Reading): Buffer => Buffer.concat([...writeReading(reading, '1.2.3')]);
const ANSWER = bytesOf(READING).toString();

let folder: string;
let path: string;
let source: Source;
let server: Server | undefined;

/** Has somebody in the place of a reader. */
async function serve(answer: (socket: Socket) => void): Promise<void> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => void server!.listen(path, resolve));
}

/** Reads what somebody answers in the place of a reader. */
async function readAnswer(answer: string | Buffer): Promise<Reading> {
  await serve((socket) => socket.end(answer));
  return readFrom(source);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wgotel-reader-'));
  path = join(folder, 'reader.sock');
  source = SOURCES.reader({ socket: path });
});
afterEach(async () => {
  const closed = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  await closed;
  rmSync(folder, { recursive: true });
});

describe('what a reader tells', () => {
  it('is all that a reading has', async () => {
    assert.deepEqual(await readAnswer(ANSWER), READING);
  });

  it('is the same object as long as nothing changes', async () => {
    await serve((socket) => socket.end(bytesOf(READING)));
    const before = await readFrom(source);
    const after = await readFrom(source, before);
    assert.equal(after.devices.length, 3);
    after.devices.forEach((each, index) => assert.equal(each, before.devices[index]));
  });

  it('has no line for a private or preshared key', () => {
    const lines = ANSWER.split('\n').filter((line) => line.startsWith('peer\t'));
    assert.deepEqual(
      lines.map((line) => line.split('\t')[2]),
      ['(none)', '(set)', '(hidden)', '(none)'],
    );
    assert.doesNotMatch(ANSWER, /"private|"preshared/i);
  });

  it('is left out where the agent is not to read the device', async () => {
    source = SOURCES.reader({ socket: path, reads: (name) => name !== 'wg0' && name !== 'wg7' });
    const reading = await readAnswer(ANSWER);
    assert.deepEqual(names(reading), ['wg-früh']);
    assert.deepEqual(failures(reading), ['- SOURCE_UNAVAILABLE']);
  });

  it('is explained where nothing is told', async () => {
    source = SOURCES.reader({ socket: path, reads: () => false });
    const { notes } = await readAnswer(bytesOf({ devices: DEVICES, failures: [], notes: [] }));
    assert.deepEqual(notes, [{ source: 'reader', message: 'the reader has no device that is read here' }]);
  });
});

const HEADER = ANSWER.split('\n')[0]!;
const LINE = `peer\t${keyOf('alice')}\t(none)\t(none)\t(none)\t0\t0\t0\toff\t0`;
const DEVICE = ANSWER.split('\n')[1]!;

/** What somebody else answers: what of it is taken, the code of the failure, and its message. */
const ANSWERS: readonly [what: string, answer: string, devices: string[], code: string, message: RegExp][] = [
  ['nothing', '', [], 'CONNECTION_FAILED', /closed the connection in mid-answer/],
  ['half of itself', ANSWER.slice(0, ANSWER.length / 2), [], 'CONNECTION_FAILED', /closed the connection/],
  [
    'all but its end',
    ANSWER.slice(0, ANSWER.indexOf('failure\t')),
    ['wg0', 'wg0'],
    'CONNECTION_FAILED',
    /closed the connection/,
  ],
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', [], 'PROTOCOL', /no reader of wgotel: see what listens there$/],
  ['WireGuard', 'private_key=00\nerrno=0\n\n', [], 'PROTOCOL', /no reader of wgotel/],
  [
    'a newer version',
    'wgotel-reader\t2\t9.0.0\nsomething else\n',
    [],
    'PROTOCOL',
    /the reader is wgotel 9\.0\.0 and speaks version 2 of the format, this program version 1: update this program, and start it again$/,
  ],
  ['an older version', 'wgotel-reader\t0\t0.0.1\n', [], 'PROTOCOL', /this program version 1: update the reader, and/],
  ['a version with a cursor', 'wgotel-reader\t9\t\u001b[2J\n', [], 'PROTOCOL', /wgotel \?\?2J and speaks/],
  ['an unknown line', `${HEADER}\n${DEVICE}\nwhat\t{}\n`, ['wg0'], 'PROTOCOL', /line 3 .*: expected device, peer/],
  ['peers of no device', `${HEADER}\n${LINE}\n`, [], 'PROTOCOL', /line 2 .*: expected a device before its peers/],
  ['a peer twice', `${HEADER}\n${DEVICE}\n${LINE}\n${LINE}\n`, [], 'PROTOCOL', /line 4 .*a peer not listed before/],
  [
    'a key in the place of (set)',
    `${HEADER}\n${DEVICE}\n${LINE.replace('(none)', keyOf('secret'))}\n`,
    [],
    'PROTOCOL',
    /line 3 .*: expected whether there is a preshared key in column 3$/,
  ],
  ['columns too few', `${HEADER}\n${DEVICE}\n${LINE.slice(0, -2)}\n`, [], 'PROTOCOL', /a peer line of 10 columns/],
  ['no milliseconds', `${HEADER}\n${DEVICE}\n${LINE}x\n`, [], 'PROTOCOL', /milliseconds in column 10/],
  ['a device of no kind', `${HEADER}\ndevice\t{"name":"wg0"}\n`, [], 'PROTOCOL', /line 2\.type to be kernel or/],
  ['no JSON', `${HEADER}\ndevice\t{\n`, [], 'PROTOCOL', /expected line 2 to be JSON/],
  ['facts without end', `${HEADER}\nnote\t"${'x'.repeat(9000)}"\n`, [], 'PROTOCOL', /a short text of JSON/],
  ['a line without end', `${HEADER}\n${'x'.repeat(17 << 20)}`, [], 'PROTOCOL', /a line is longer/],
];

describe('somebody in the place of a reader', () => {
  for (const [what, answer, devices, code, message] of ANSWERS) {
    it(`who answers ${what} is a failure, and hides every device`, async () => {
      const reading = await readAnswer(answer);
      const failure = reading.failures.at(-1)!;
      assert.deepEqual([names(reading), failure.source, failure.code], [devices, 'reader', code]);
      assert.match(failure.message, message);
      assert.ok(failure.message.startsWith(path) && !failure.message.includes('\n'));
      assert.equal(failure.everywhere, true);
    });
  }

  for (const [what, line] of [
    ['notes', 'note\t{"source":"uapi","message":"x"}\n'],
    ['devices', `${DEVICE}\n`],
  ] as const) {
    it(`who answers ${what} without end is cut off`, async () => {
      await serve((socket) => {
        const more = Buffer.from(line.repeat(1000));
        const flood = (): void => {
          while (!socket.destroyed && socket.write(more)) continue;
        };
        socket.write(`${HEADER}\n`);
        socket.on('drain', flood);
        flood();
      });
      const { failures: failed } = await readFrom(source);
      assert.match(failed.at(-1)!.message, /expected fewer devices, failures and notes/);
    });
  }

  it('who tells of peers without end is cut off', () => {
    const parser = new AnswerParser(() => undefined, EPOCH);
    const lines = Buffer.from(`${LINE}\n`.repeat(1 << 16));
    const feed = (text: Buffer): void => parser.parse(text, text.length);
    feed(Buffer.from(`${HEADER}\n${DEVICE}\n`));
    for (let count = 0; count < 16; count++) feed(lines);
    assert.throws(() => feed(lines), { code: 'PROTOCOL', message: /expected no more than 1048576 peers/ });
  });

  it('who says what moves a cursor does not move it', async () => {
    const told = { source: 'uapi', device: 'wg0', code: 'NEW_CODE', message: '\u001b[2Jno\u202e' };
    const { failures: failed } = await readAnswer(`${HEADER}\nfailure\t${JSON.stringify(told)}\nend\n`);
    assert.deepEqual(failed, [{ source: 'uapi', device: 'wg0', code: 'READ_FAILED', message: '?[2Jno?' }]);
  });

  it('who says nothing is given up', async () => {
    await serve(() => undefined);
    assert.deepEqual(failures(await readBriefly(source, 50)), ['- TIMEOUT']);
  });
});

describe('a reader that is not there', () => {
  it('is a failure that says to start it', async () => {
    const { failures: failed } = await readFrom(source);
    assert.deepEqual(failed, [
      {
        source: 'reader',
        device: undefined,
        code: 'SOURCE_UNAVAILABLE',
        message: `there is no ${path}: start wgotel reader`,
        everywhere: true,
      },
    ]);
  });

  it('and has left its socket is a failure that says to start it again', async () => {
    const dead = await serveUapi(path, Buffer.alloc(0), { type: 'refuse' });
    const { failures: failed } = await readFrom(source);
    await dead.close();
    assert.equal(failed[0]?.message, `nobody listens at ${path}: the reader has died, start it again`);
  });

  it('for this user is a failure that says whom it answers', async () => {
    const reader = await startReader(path, SOURCES.uapi({ directory: folder }));
    try {
      const { failures: failed } = await unprivileged(() => readFrom(source));
      assert.deepEqual(
        failed.map(({ code }) => code),
        ['PERMISSION_DENIED'],
      );
      assert.match(failed[0]!.message, /run as the user that the reader runs as/);
    } finally {
      await reader.close();
    }
  });

  it('makes no device gone, in whatever namespace', async () => {
    const tracker = new Tracker({
      collectionInterval: 15_000,
      peerLimit: 10,
      requiredDevices: [{ name: 'wg9', netns: 'red' }],
    });
    const required = ({ devices }: ReturnType<typeof advance>): unknown[] => devices.map(({ up }) => up);
    const before = await readFrom(source);
    assert.deepEqual(required(advance(tracker, snapshot(0, [], before))), []);
    advance(tracker, snapshot(15, DEVICES));
    const after = advance(tracker, snapshot(30, [], before));
    assert.deepEqual(
      after.changes.map(({ type }) => type),
      [],
    );
    assert.ok(after.devices.every(({ up }) => up !== 0));
  });
});

describe('the parser of what a reader tells', () => {
  it('takes it cut anywhere between two lines', () => {
    const lines = ANSWER.split(/(?<=\n)/);
    const parser = new AnswerParser(() => new PeerTable(), EPOCH);
    for (const line of lines) {
      assert.ok(!parser.done);
      parser.parse(Buffer.from(line), Buffer.byteLength(line));
    }
    assert.deepEqual([parser.done, parser.devices, parser.notes], [true, DEVICES, READING.notes]);
  });
});
