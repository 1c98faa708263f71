import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { Logger, RequestQueue, Sender, type Outcome, type Transport } from '@wgotel/agent';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { checkAccounts } from './accounts.js';
import { OK } from './otlp-server.js';
import { DEADLINE, request, turn, untilAborted, withServer, UNUSED } from './sender-setup.js';

const UNAVAILABLE = { code: status.UNAVAILABLE, details: 'down' };
const ABORTED = { code: status.ABORTED, details: 'not now' };

const SENT: Outcome = { kind: 'sent', rejectedItems: 0, message: '' };
const UNCONNECTED: Outcome = { kind: 'failed', reason: 'x', message: '', retryDelay: undefined, connected: false };

const silent = new Logger({ stream: { write: () => undefined } });

describe('the sender', () => {
  it('keeps the order over failures', () =>
    withServer(
      (index) => (index % 3 === 2 ? OK : UNAVAILABLE),
      async ({ sender, server }) => {
        const letters = ['a', 'b', 'c', 'd'];
        await Promise.all(letters.map((letter) => sender.enqueue(request(letter))));
        await sender.shutdown(DEADLINE);
        assert.equal(server.texts.join(''), 'aaabbbcccddd');
      },
    ));

  it('waits longer and longer while the server is in trouble, and says so once', () =>
    withServer(
      (index) => (index < 11 ? UNAVAILABLE : OK),
      async ({ sender, server, delays, log }) => {
        await sender.enqueue(request('a'));
        while (sender.deliveries.sent.requests === 0) await turn();
        assert.deepEqual(
          delays.map((delay) => Math.round(delay)),
          [1000, 1500, 2250, 3375, 5063, 7594, 11391, 17086, 25629, 30000, 30000],
        );
        assert.equal(log.length, 2);
        const fields = log.map((line) => line.trimEnd().split('\t').slice(1).join(' '));
        assert.deepEqual(fields, [
          `warn sending failed, will be tried again {"endpoint": "http://127.0.0.1:${server.port}", ` +
            '"reason": "unavailable", "message": "down"}',
          'info the server answers again {"queued": {"requests":1,"items":1}, "dropped": {}}',
        ]);
      },
    ));

  it('says each reason once in an outage, and again in the next', () =>
    withServer(
      (index) => [UNAVAILABLE, ABORTED, UNAVAILABLE, OK][index % 4]!,
      async ({ sender, log }) => {
        for (const letter of ['a', 'b']) await sender.enqueue(request(letter));
        await sender.shutdown(DEADLINE);
        const said = log.map((line) => /"reason": "(\w+)"/.exec(line)?.[1] ?? line.split('\t')[2]);
        const outage = ['unavailable', 'aborted', 'the server answers again'];
        assert.deepEqual(said, [...outage, ...outage]);
      },
    ));

  // Also once it waits no longer than before: agents would else come at the same instants for ever.
  for (const [random, expected] of [
    [0, [500, 750, 1125, 1688, 2500, 2500, 2500, 2500]],
    [0.5, [1000, 1500, 2250, 3375, 5000, 5000, 5000, 5000]],
    [1, [1500, 2250, 3375, 5063, 7500, 7500, 7500, 7500]],
  ] as const) {
    it(`waits 5 s, or half as much more or less, while there is no connection: ${expected.at(-1)} ms`, async () => {
      const delays: number[] = [];
      const outcomes = Array.from({ length: 8 }, () => UNCONNECTED);
      const transport = { ...UNUSED, send: async () => outcomes.pop() ?? SENT };
      const sleep = async (millis: number): Promise<unknown> => delays.push(millis);
      const sender = new Sender(transport, silent, { random: () => random, sleep });
      await sender.enqueue(request('a'));
      while (sender.deliveries.sent.requests === 0) await turn();
      assert.deepEqual(delays.map(Math.round), expected);
    });
  }

  it('drops the oldest when the queue is full, but not what it is sending', () =>
    withServer(
      (index) => (index === 0 ? UNAVAILABLE : OK),
      async ({ sender, server, log }) => {
        for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']) void sender.enqueue(request(text, 2));
        assert.deepEqual(sender.deliveries.queued, { requests: 3, items: 6 });
        await sender.shutdown(DEADLINE);
        assert.deepEqual(server.texts, ['aaaa', 'aaaa', 'dddd', 'eeee']);
        assert.deepEqual(sender.deliveries.dropped, { queue_full: { requests: 2, items: 4 } });
        assert.equal(log.filter((line) => line.includes('dropped a request')).length, 1);
      },
      { options: { queue: new RequestQueue(10) } },
    ));

  it('makes its caller wait while much is under way, until it got on', async () => {
    const gate = gates();
    await withServer(
      gate.answer,
      async ({ sender }) => {
        const [a, b, c] = ['aaaa', 'bbbb', 'cccc'].map((text) => watch(sender.enqueue(request(text))));
        await turn();
        assert.deepEqual([a!.done, b!.done, c!.done], [true, true, false]);
        await gate.open();
        await c!.promise;
        await gate.open();
        await gate.open();
        await sender.shutdown(DEADLINE);
        assert.equal(sender.deliveries.sent.requests, 3);
      },
      { options: { pressureLimit: 5 } },
    );
  });

  it('does not make its caller wait while the server is in trouble', () =>
    withServer(
      () => UNAVAILABLE,
      async ({ sender }) => {
        // The third one is let go as soon as the first attempt fails, the later ones at once.
        for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']) await sender.enqueue(request(text));
        assert.equal(sender.deliveries.queued.requests, 5);
      },
      { options: { pressureLimit: 5, sleep: (millis, signal) => (millis === 0 ? turn() : untilAborted(signal)) } },
    ));

  it('delivers what is queued when it is shut down, without waiting for the next attempt', () =>
    withServer(
      (index) => (index === 0 ? UNAVAILABLE : OK),
      async ({ sender, server, log }) => {
        for (const text of ['a', 'b', 'c']) void sender.enqueue(request(text));
        while (log.length === 0) await turn();
        await sender.shutdown(DEADLINE);
        assert.deepEqual(server.texts, ['a', 'a', 'b', 'c']);
        assert.equal(sender.deliveries.sent.requests, 3);
      },
      { options: { sleep: (_, signal) => untilAborted(signal) } },
    ));

  it('drops and counts what it could not deliver by the deadline', () =>
    withServer(
      () => 'hang',
      async ({ sender, log }) => {
        for (const text of ['a', 'b', 'c']) void sender.enqueue(request(text, 5));
        await sender.shutdown(1);
        assert.deepEqual(sender.deliveries, {
          enqueued: { requests: 3, items: 15 },
          restored: { requests: 0, items: 0 },
          sent: { requests: 0, items: 0 },
          queued: { requests: 0, items: 0 },
          dropped: { shutdown: { requests: 3, items: 15 } },
        });
        assert.equal(log.length, 1);
        assert.match(log[0]!, /\tdropped requests\t.*"reason": "shutdown".*"dropped": {"requests":3,"items":15}}$/m);
      },
    ));

  it('takes nothing more once it is shut down, and may be shut down twice', () =>
    withServer(
      () => OK,
      async ({ sender, server }) => {
        await Promise.all([sender.shutdown(DEADLINE), sender.shutdown(DEADLINE)]);
        await sender.enqueue(request('late'));
        assert.equal(server.received.length, 0);
        assert.deepEqual(sender.deliveries.dropped, { shutdown: { requests: 1, items: 1 } });
      },
    ));

  it('accounts for every request and point at all times, and gives the bytes of each back once', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step(), { maxLength: 60 }), async (steps) => {
        const outcomes = steps.flatMap(({ outcome }) => outcome ?? []);
        const accepted: number[] = [];
        const released: number[] = [];
        const transport: Transport = {
          ...UNUSED,
          send: async ({ bytes }) => {
            await turn();
            const outcome = outcomes.pop() ?? SENT;
            if (outcome.kind === 'sent') accepted.push(Number(bytes.toString()));
            return outcome;
          },
        };
        const sender = new Sender(transport, silent, { queue: new RequestQueue(12), pressureLimit: 6, sleep: turn });
        for (const [index, { points }] of steps.entries()) {
          if (points === undefined) await turn();
          else void sender.enqueue(request(String(index), points, () => released.push(index)));
          checkAccounts(sender.deliveries);
        }
        await sender.shutdown(0);
        checkAccounts(sender.deliveries);
        assert.deepEqual(sender.deliveries.queued, { requests: 0, items: 0 });
        const taken = steps.flatMap(({ points }, index) => (points === undefined ? [] : index));
        assert.deepEqual(
          released.toSorted((a, b) => a - b),
          taken,
        );
        assert.equal(sender.deliveries.sent.requests, accepted.length);
        assert.deepEqual(
          accepted,
          accepted.toSorted((a, b) => a - b),
        );
      }),
      { seed: 6 },
    ));
});

/** What is done, and how an attempt will turn out. */
function step(): fc.Arbitrary<{ points: number | undefined; outcome: Outcome | undefined }> {
  return fc.record({
    points: fc.option(fc.nat(9), { nil: undefined }),
    outcome: fc.constantFrom<Outcome | undefined>(
      undefined,
      SENT,
      UNCONNECTED,
      { kind: 'refused', reason: 'y', message: '' },
      { kind: 'sent', rejectedItems: 2, message: 'z' },
    ),
  });
}

/** Answers that wait to be let out one by one. */
function gates(): { answer: () => Promise<Buffer>; open: () => Promise<void> } {
  const waiting: (() => void)[] = [];
  return {
    answer: () => new Promise((resolve) => waiting.push(() => resolve(OK))),
    open: async () => {
      while (waiting.length === 0) await turn();
      waiting.shift()!();
    },
  };
}

function watch(promise: Promise<void>): { done: boolean; promise: Promise<void> } {
  const watched = { done: false, promise };
  void promise.then(() => (watched.done = true));
  return watched;
}
