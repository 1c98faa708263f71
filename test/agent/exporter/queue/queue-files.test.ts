import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeQueueFile, encodeQueueFile, QueueFileError } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { until } from '../../../support/process.js';
import { DEADLINE } from '../sender-setup.js';
import { startSender, withFolder, type Running } from './queue-setup.js';

const name = (sequence: number, items: number | string = 1): string => `${String(sequence).padStart(15, '0')}-${items}`;

/** Files with `b` among them, and what comes out of a folder that also has `a` and `c`. */
interface Case {
  readonly what: string;
  readonly prepare: (folder: string) => Promise<void> | void;
  readonly accepted?: string;
  readonly dropped?: object;
  readonly left?: readonly string[];
  readonly log?: RegExp;
}

const B = name(2);
const put = async (folder: string, text: string, at: number): Promise<void> =>
  writeFileSync(join(folder, name(at)), await encodeQueueFile(Buffer.from(text)));
const changed =
  (change: (file: Buffer) => Buffer) =>
  async (folder: string): Promise<void> =>
    writeFileSync(join(folder, B), change(await encodeQueueFile(Buffer.from('b'))));
const lost = (reason: string): object => ({ [reason]: { requests: 1, items: 1 } });

const CASES: readonly Case[] = [
  { what: 'nothing else', prepare: () => undefined },
  { what: 'one that is whole', prepare: (folder) => put(folder, 'b', 2), accepted: 'abc' },
  {
    what: 'an empty one',
    prepare: (folder) => writeFileSync(join(folder, B), ''),
    dropped: lost('damaged'),
    log: /"message": "000000000000002-1: it is cut off"/,
  },
  {
    what: 'one that is cut off',
    prepare: async (folder) => {
      await put(folder, 'b', 2);
      truncateSync(join(folder, B), 20);
    },
    dropped: lost('damaged'),
    log: /"message": "000000000000002-1: its checksum is wrong"/,
  },
  {
    what: 'one with a bit that is wrong',
    prepare: changed((file) => Buffer.from(file.map((byte, index) => (index === 20 ? byte ^ 1 : byte)))),
    dropped: lost('damaged'),
    log: /its checksum is wrong/,
  },
  {
    what: 'one with something behind it',
    prepare: changed((file) => Buffer.concat([file, Buffer.from('\n')])),
    dropped: lost('damaged'),
    log: /its checksum is wrong/,
  },
  {
    what: 'one that is something else',
    prepare: changed(() => Buffer.from('not ours at all')),
    dropped: lost('damaged'),
    log: /it is no file of this queue/,
  },
  {
    what: 'one full of zeros',
    prepare: changed((file) => Buffer.alloc(file.length)),
    dropped: lost('damaged'),
    log: /it is no file of this queue/,
  },
  {
    what: 'one of a newer version',
    prepare: changed((file) => Buffer.from(file.map((byte, index) => (index === 7 ? 2 : byte)))),
    dropped: lost('unknown_version'),
    left: [`${B}.unknown`],
    log: /it is of version 2, and this wgotel knows 1/,
  },
  {
    what: 'what was not yet in place',
    prepare: async (folder) => writeFileSync(join(folder, `${B}.new`), await encodeQueueFile(Buffer.from('b'))),
  },
  {
    what: 'files that are not ours',
    prepare: (folder) => {
      for (const each of ['README', '12-1', `${B}.bak`, 'x.new', name(2, '-1'), name(2, 'x')])
        writeFileSync(join(folder, each), 'x');
    },
    left: [`${B}.bak`, '12-1', 'README', 'x.new', name(2, '-1'), name(2, 'x')],
  },
  {
    what: 'a folder and a link with the names of files',
    prepare: (folder) => {
      mkdirSync(join(folder, B));
      symlinkSync('/etc/passwd', join(folder, name(4)));
    },
    left: [B, name(4)],
  },
  {
    what: 'names out of order, with gaps, and one twice',
    prepare: async (folder) => {
      await put(folder, 'z', 123_456_789);
      await put(folder, 'd', 20);
      await put(folder, '_', 0);
      writeFileSync(join(folder, name(3, 7)), await encodeQueueFile(Buffer.from('C')));
    },
    accepted: '_acCdz',
  },
  {
    what: 'one that says it has more than anything',
    prepare: async (folder) => {
      writeFileSync(join(folder, name(2, '999999999')), await encodeQueueFile(Buffer.from('b')));
      writeFileSync(join(folder, name(2, '9999999999')), await encodeQueueFile(Buffer.from('b')));
    },
    accepted: 'abc',
    left: [name(2, '9999999999')],
  },
];

const drained = ({ sender }: Running): Promise<unknown> =>
  until('all is dealt with', () => sender.deliveries.queued.requests === 0);

describe('the folder of a queue', () => {
  for (const { what, prepare, accepted = 'ac', dropped = {}, left = [], log } of CASES) {
    it(`with ${what}: all that is whole goes out in order, the rest is counted`, () =>
      withFolder(async (folder) => {
        await put(folder, 'a', 1);
        await put(folder, 'c', 3);
        await prepare(folder);
        const running = startSender(folder);
        running.sender.start();
        await until('it was looked through', () => running.sender.deliveries.restored.requests > 0);
        await drained(running);
        void running.sender.enqueue({ bytes: Buffer.from('new'), items: 1, release: () => undefined });
        await drained(running);
        assert.equal(running.accepted.join(''), `${accepted}new`);
        assert.deepEqual(running.sender.deliveries.dropped, dropped);
        const { enqueued, sent } = running.sender.deliveries;
        assert.equal(enqueued.requests, sent.requests + Object.keys(dropped).length);
        await running.sender.shutdown(DEADLINE);
        assert.deepEqual(readdirSync(folder).toSorted(), left.toSorted());
        const told = running.log.filter((line) => line.includes('dropped a request'));
        assert.equal(told.length, log === undefined ? 0 : 1);
        if (log !== undefined) assert.match(told[0]!, log);
      }));
  }

  it('numbers go on, so that what is new comes after what is old', () =>
    withFolder(async (folder) => {
      await put(folder, 'a', 41);
      const running = startSender(folder, () => new Promise(() => undefined));
      running.sender.start();
      await until('it was looked through', () => running.sender.deliveries.restored.requests > 0);
      void running.sender.enqueue({ bytes: Buffer.from('b'), items: 7, release: () => undefined });
      await until('it is written', () => running.sender.state.stored!.requests === 2);
      await running.sender.shutdown(0);
      assert.deepEqual(readdirSync(folder).toSorted(), [name(41), name(42, 7)]);
      assert.equal((await decodeQueueFile(readFileSync(join(folder, name(42, 7))))).toString(), 'b');
    }));
});

describe('a file of a queue', () => {
  it('gives back what was put in', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('x'), Buffer.alloc(5_000_000, 'abc')])
      assert.deepEqual(await decodeQueueFile(await encodeQueueFile(bytes)), bytes);
  });

  it('does not eat up the memory, whatever it says', async () => {
    const file = await encodeQueueFile(Buffer.alloc(65 * 1024 * 1024));
    assert.ok(file.length < 400_000);
    await assert.rejects(decodeQueueFile(file), (error: unknown) => {
      assert.ok(error instanceof QueueFileError);
      assert.deepEqual([error.reason, error.message], ['damaged', "it can't be decompressed: ERR_BUFFER_TOO_LARGE"]);
      return true;
    });
  });

  it('is refused with any bit of it changed', async () => {
    const file = await encodeQueueFile(Buffer.from('what somebody will miss'));
    for (let index = 0; index < file.length * 8; index++) {
      const copy = Buffer.from(file);
      copy[index >> 3]! ^= 1 << (index & 7);
      await assert.rejects(decodeQueueFile(copy), QueueFileError);
    }
  });
});
