import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileQueue, type Outcome } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { until } from '../../../support/process.js';
import { DEADLINE, request, turn } from '../sender-setup.js';
import { BLOCK, hang, SENT, startSender, UNCONNECTED, withFolder, type Running } from './queue-setup.js';

const enqueue = ({ sender }: Running, ...texts: string[]): void =>
  texts.forEach((text) => void sender.enqueue(request(text, 2)));

/** Waits until as many requests are on disk. */
const stored = ({ sender }: Running, requests: number): Promise<unknown> =>
  until('they are on disk', () => sender.state.stored!.requests === requests && sender.state.stored!.bytes > 0);

const drained = ({ sender }: Running): Promise<unknown> =>
  until('all is sent', () => sender.deliveries.queued.requests === 0);

/** A text that takes up that many blocks on disk. */
const blocks = (count: number): string => randomBytes(count * BLOCK - 600).toString('hex');

describe('a queue on disk', () => {
  it('keeps the order, and leaves nothing behind', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a', 'b');
      const running = startSender(path);
      running.sender.start();
      enqueue(running, 'a', 'b', 'c');
      await drained(running);
      enqueue(running, 'd');
      await running.sender.shutdown(DEADLINE);
      assert.deepEqual(running.accepted, ['a', 'b', 'c', 'd']);
      assert.deepEqual(readdirSync(path), []);
    }));

  it('is open to its owner alone', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      const running = startSender(path, hang);
      running.sender.start();
      enqueue(running, 'a');
      await stored(running, 1);
      const [name] = readdirSync(path);
      assert.deepEqual(
        [path, join(path, name!)].map((each) => statSync(each).mode & 0o777),
        [0o700, 0o600],
      );
      await running.sender.shutdown(0);
    }));

  for (const fsync of [false, true]) {
    it(`outlives the process${fsync ? ', with fsync' : ''}: what is from before goes before what is new`, () =>
      withFolder(async (folder) => {
        const before = startSender(folder, () => UNCONNECTED, { fsync });
        before.sender.start();
        enqueue(before, 'a', 'b', 'c');
        await stored(before, 3);
        await before.sender.shutdown(DEADLINE);
        assert.deepEqual(before.sender.deliveries.queued, { requests: 3, items: 6 });
        assert.deepEqual(before.sender.deliveries.dropped, {});

        const after = startSender(folder, () => SENT, { fsync });
        after.sender.start();
        enqueue(after, 'd');
        await drained(after);
        assert.deepEqual(after.accepted, ['a', 'b', 'c', 'd']);
        const { enqueued, restored, sent } = after.sender.deliveries;
        assert.deepEqual([enqueued.items, restored.items, sent.items], [8, 6, 8]);
        assert.match(after.log.join(''), /requests are there from before.*"requests": 3, "items": 6/);
        await after.sender.shutdown(DEADLINE);
      }));
  }

  it('is as good after a kill: what was in flight is sent again, byte for byte', () =>
    withFolder(async (folder) => {
      const [path, copy] = [join(folder, 'queue'), join(folder, 'copy')];
      let answer: () => Promise<Outcome> = async () => SENT;
      const killed = startSender(path, () => answer());
      killed.sender.start();
      enqueue(killed, 'a');
      await drained(killed);
      answer = hang;
      enqueue(killed, 'b', 'c', 'd');
      await stored(killed, 3);
      // What a kill leaves is what is there at that moment.
      cpSync(path, copy, { recursive: true });
      await killed.sender.shutdown(0);
      const after = startSender(copy);
      after.sender.start();
      await until('it is there', () => after.sender.deliveries.restored.requests === 3);
      await drained(after);
      assert.deepEqual(after.accepted, ['b', 'c', 'd']);
      await after.sender.shutdown(DEADLINE);
    }));

  it('drops the oldest when it is full, but not what is being sent, and counts exactly those', () =>
    withFolder(async (folder) => {
      let answer: () => Promise<Outcome> = hang;
      const running = startSender(folder, () => answer(), { limit: 6 * BLOCK });
      running.sender.start();
      const texts = Array.from({ length: 7 }, () => blocks(2));
      for (const [index, text] of texts.entries()) {
        enqueue(running, text);
        await stored(running, Math.min(3, index + 1));
        await until('it is written', () => running.sender.state.queuedBytes <= 6 * BLOCK);
      }
      assert.deepEqual(running.sender.deliveries.dropped, { queue_full: { requests: 4, items: 8 } });
      assert.equal(readdirSync(folder).length, 3);
      await running.sender.shutdown(0);
      answer = async () => SENT;
      const after = startSender(folder, () => answer());
      after.sender.start();
      await until('it is there', () => after.sender.deliveries.restored.requests === 3);
      await drained(after);
      assert.deepEqual(after.accepted, [texts[0], texts[5], texts[6]]);
      await after.sender.shutdown(DEADLINE);
    }));

  it('drops what is larger than all of it', () =>
    withFolder(async (folder) => {
      const running = startSender(folder, () => SENT, { limit: 2 * BLOCK });
      running.sender.start();
      enqueue(running, 'a');
      await drained(running);
      enqueue(running, blocks(3), 'b');
      await drained(running);
      assert.deepEqual(running.accepted, ['a', 'b']);
      assert.deepEqual(running.sender.deliveries.dropped, { queue_full: { requests: 1, items: 2 } });
      await running.sender.shutdown(DEADLINE);
    }));

  it('that was made smaller keeps the newest', () =>
    withFolder(async (folder) => {
      const before = startSender(folder, hang);
      before.sender.start();
      enqueue(before, 'a', 'b', 'c', 'd');
      await stored(before, 4);
      await before.sender.shutdown(0);
      const after = startSender(folder, () => SENT, { limit: 2 * BLOCK });
      after.sender.start();
      await until('it is there', () => after.sender.deliveries.restored.requests === 4);
      await drained(after);
      assert.deepEqual(after.accepted, ['c', 'd']);
      assert.deepEqual(after.sender.deliveries.dropped, { queue_full: { requests: 2, items: 4 } });
      await after.sender.shutdown(DEADLINE);
    }));

  it('goes out with pauses while it is old, and at once when it is new', () =>
    withFolder(async (folder) => {
      const before = startSender(folder, hang);
      before.sender.start();
      enqueue(before, 'a', 'b', 'c', 'd');
      await stored(before, 4);
      await before.sender.shutdown(0);
      const after = startSender(folder);
      after.sender.start();
      await until('it is there', () => after.sender.deliveries.restored.requests === 4);
      await drained(after);
      assert.deepEqual(after.delays, [100, 50, 50, 50]);
      enqueue(after, 'e', 'f', 'g');
      await drained(after);
      assert.deepEqual(after.delays, [100, 50, 50, 50]);
      await after.sender.shutdown(DEADLINE);
    }));

  it('goes out with pauses after an outage', () =>
    withFolder(async (folder) => {
      const answers = [UNCONNECTED, UNCONNECTED];
      const running = startSender(folder, () => answers.pop() ?? SENT);
      enqueue(running, 'a', 'b', 'c');
      running.sender.start();
      await drained(running);
      assert.deepEqual(running.delays, [1000, 1500, 50, 50]);
      await running.sender.shutdown(DEADLINE);
    }));

  it('goes from one sender to the next once the first has ended, and not before', () =>
    withFolder(async (folder) => {
      let settle: (outcome: Outcome) => void = () => undefined;
      const first = startSender(folder, () => new Promise((resolve) => (settle = resolve)));
      first.sender.start();
      enqueue(first, 'a', 'b');
      await stored(first, 2);
      const second = startSender(folder);
      const ended = first.sender.shutdown(DEADLINE);
      second.sender.start(ended);
      enqueue(second, 'c');
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual([second.accepted, second.sender.deliveries.queued.requests], [[], 1]);
      settle(UNCONNECTED);
      await ended;
      await until('it is there', () => second.sender.deliveries.restored.requests === 2);
      await drained(second);
      assert.deepEqual([first.accepted, second.accepted], [[], ['a', 'b', 'c']]);
      await second.sender.shutdown(DEADLINE);
    }));

  it('is left alone by a sender that was never started', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      const running = startSender(path);
      await running.sender.shutdown(DEADLINE);
      assert.ok(!existsSync(path));
    }));
});

describe('a queue on a disk in trouble', () => {
  /** A folder that is none for a while. */
  const breakOff = (path: string): void => {
    renameSync(path, `${path}.away`);
    writeFileSync(path, '');
  };
  const mend = (path: string): void => {
    rmSync(path);
    renameSync(`${path}.away`, path);
  };

  it('waits in memory, keeps the order, says so once, and goes on by itself', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      let answer: () => Promise<Outcome> = hang;
      const running = startSender(path, () => answer());
      running.sender.start();
      enqueue(running, 'a', 'b');
      await stored(running, 2);
      breakOff(path);
      enqueue(running, 'c', 'd');
      await until('it is told', () => running.sender.state.stored!.problem);
      enqueue(running, 'e');
      await until('it was tried again', () => running.sender.state.queuedBytes === 2 * BLOCK + 3);
      mend(path);
      enqueue(running, 'f');
      await stored(running, 6);
      assert.equal(running.sender.state.stored!.problem, undefined);
      await running.sender.shutdown(0);
      answer = async () => SENT;
      const after = startSender(path, () => answer());
      after.sender.start();
      await until('it is there', () => after.sender.deliveries.restored.requests === 6);
      await drained(after);
      assert.equal(after.accepted.join(''), 'abcdef');
      await after.sender.shutdown(DEADLINE);
      const lines = running.log.map((line) => line.split('\t')[2]!.trim());
      assert.deepEqual(
        lines.filter((line) => line.includes('disk')),
        ['requests can not be kept on disk, and wait in memory', 'requests are kept on disk again'],
      );
    }));

  it('is sent from memory', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      writeFileSync(path, '');
      const running = startSender(path);
      running.sender.start();
      enqueue(running, 'a', 'b', 'c');
      await drained(running);
      assert.deepEqual(running.accepted, ['a', 'b', 'c']);
      await running.sender.shutdown(DEADLINE);
    }));

  it('drops the oldest in memory when they are too many, and counts them', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      writeFileSync(path, '');
      const running = startSender(path, hang, { memoryLimit: 10 });
      running.sender.start();
      for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']) enqueue(running, text);
      const { queued, dropped } = running.sender.deliveries;
      assert.deepEqual([queued.requests, dropped], [2, { disk: { requests: 3, items: 6 } }]);
      await running.sender.shutdown(0);
      assert.deepEqual(running.sender.deliveries.dropped, {
        disk: { requests: 3, items: 6 },
        shutdown: { requests: 2, items: 4 },
      });
    }));

  it('does not give out what is just being written, so that its file is known when it is removed', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      const queue = new FileQueue({ path, limit: 1_000_000, fsync: false });
      queue.connect({ restored: () => undefined, dropped: () => undefined, progressed: () => undefined });
      queue.open(Promise.resolve());
      queue.push(request('first'));
      await queue.take();
      await queue.remove();
      breakOff(path);
      queue.push(request('a'));
      await until('it could not be written', () => queue.stored.problem);
      mend(path);
      queue.push(request('b'));
      // By the next turn it is being written, and takes more than one.
      await turn();
      const taken = await queue.take();
      assert.equal(taken!.bytes.toString(), 'a');
      await queue.remove();
      assert.deepEqual(await queue.close(), []);
      assert.deepEqual([readdirSync(path).length, queue.stored.requests, queue.bytes], [1, 1, BLOCK]);
    }));

  it('waits for files that can not be read now', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'queue');
      let settle: (outcome: Outcome) => void = () => undefined;
      const running = startSender(path, () => new Promise((resolve) => (settle = resolve)));
      running.sender.start();
      enqueue(running, 'a', 'b', 'c');
      await stored(running, 3);
      breakOff(path);
      await until('it has tried', () => (settle(SENT), running.sender.state.stored!.problem));
      mend(path);
      await until('all is sent', () => (settle(SENT), running.sender.deliveries.queued.requests === 0));
      assert.deepEqual([running.accepted, running.sender.deliveries.dropped], [['a', 'b', 'c'], {}]);
      await running.sender.shutdown(DEADLINE);
      assert.deepEqual(readdirSync(path), []);
    }));

  it('that somebody empties loses what was there, counts it, and goes on', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a', 'queue');
      let settle: (outcome: Outcome) => void = () => undefined;
      const running = startSender(path, () => new Promise((resolve) => (settle = resolve)));
      running.sender.start();
      enqueue(running, 'a', 'b', 'c');
      await stored(running, 3);
      rmSync(join(folder, 'a'), { recursive: true });
      enqueue(running, 'd');
      await stored(running, 4);
      settle(SENT);
      await until('the rest is gone', () => running.sender.deliveries.dropped['disk']?.requests === 2);
      await until('it is sent', () => (settle(SENT), running.sender.deliveries.queued.requests === 0));
      assert.deepEqual(running.accepted, ['a', 'd']);
      assert.deepEqual(running.sender.deliveries.dropped, { disk: { requests: 2, items: 4 } });
      await running.sender.shutdown(DEADLINE);
      assert.deepEqual(readdirSync(path), []);
    }));
});
