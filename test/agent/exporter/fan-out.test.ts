import assert from 'node:assert/strict';
import { FanOut, Logger, RequestQueue, RETRY, Sender, type Outcome, type Transport } from '@wgotel/agent';
import { describe, it } from 'mocha';
import { request, turn, UNUSED } from './sender-setup.js';

const silent = new Logger({ stream: { write: () => undefined } });
const SENT: Outcome = { kind: 'sent', rejectedItems: 0, message: '' };
const transport = (send: Transport['send']): Transport => ({ ...UNUSED, send });

describe('several exporters', () => {
  it('get the same bytes, which are given back once all are done', async () => {
    const seen: Buffer[] = [];
    let open = (): void => undefined;
    const later = new Promise<void>((resolve) => (open = resolve));
    const fast = new Sender(
      transport(async ({ bytes }) => (seen.push(bytes), SENT)),
      silent,
    );
    const slow = new Sender(
      transport(async ({ bytes }) => (await later, seen.push(bytes), SENT)),
      silent,
    );
    let released = 0;
    await new FanOut([fast, slow]).enqueue(request('a', 1, () => released++));
    for (let i = 0; i < 5; i++) await turn();
    assert.deepEqual([seen.length, released], [1, 0]);
    open();
    await slow.shutdown(1000);
    assert.deepEqual([seen.length, seen[0] === seen[1], released], [2, true, 1]);
    await fast.shutdown(0);
  });

  it('do not wait for one that hangs: it drops what its own queue does not hold', async () => {
    const hanging = new Sender(
      transport(() => new Promise(() => undefined)),
      silent,
      { queue: new RequestQueue(4), pressureLimit: 1 },
    );
    const good = new Sender(
      transport(async () => SENT),
      silent,
      { queue: new RequestQueue(4), pressureLimit: 1 },
    );
    const both = new FanOut([hanging, good]);
    for (let i = 0; i < 20; i++) {
      await both.enqueue(request('ab'));
      await turn();
    }
    assert.equal(good.deliveries.sent.requests, 20);
    const { queued, dropped } = hanging.deliveries;
    assert.deepEqual([queued.requests, dropped['queue_full']?.requests], [3, 17]);
    await good.shutdown(0);
  });

  it('that are none give the bytes back at once', async () => {
    let released = 0;
    await new FanOut([]).enqueue(request('a', 1, () => released++));
    assert.equal(released, 1);
  });
});

describe('retrying', () => {
  const failing = transport(async () => ({
    kind: 'failed',
    reason: 'unavailable',
    message: 'down',
    retryDelay: undefined,
    connected: true,
  }));

  it('ends after the time that is set, and what is given up is counted', async () => {
    let now = 0;
    const sender = new Sender(failing, silent, {
      retry: { ...RETRY, maxElapsedTime: 5000 },
      now: () => now,
      random: () => 0.5,
      sleep: async (millis) => void (now += millis),
    });
    await sender.enqueue(request('a', 3));
    while (sender.deliveries.queued.requests > 0) await turn();
    assert.deepEqual(sender.deliveries.dropped, { gave_up: { requests: 1, items: 3 } });
    // 1 + 1.5 + 2.25 s, and one more.
    assert.equal(now, 1000 + 1500 + 2250 + 3375);
    assert.deepEqual([sender.state.failure?.reason, sender.state.lastSuccess], ['unavailable', undefined]);
    await sender.shutdown(0);
  });

  it('may be off', async () => {
    const sender = new Sender(failing, silent, { retry: { ...RETRY, enabled: false } });
    await sender.enqueue(request('a'));
    while (sender.deliveries.queued.requests > 0) await turn();
    assert.deepEqual(Object.keys(sender.deliveries.dropped), ['gave_up']);
    await sender.shutdown(0);
  });
});
