import assert from 'node:assert/strict';
import { Logger, MetricsPipeline, Sender, type Outcome, type Transport } from '@wgotel/agent';
import { Tracker } from '@wgotel/core';
import { describe, it } from 'mocha';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';
import { turn, UNUSED } from './sender-setup.js';

const SENT: Outcome = { kind: 'sent', rejectedItems: 0, message: '' };

describe('the pipeline', () => {
  it('encodes no further than the sender gets on', async () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: Infinity });
    const peers = Array.from({ length: 20_000 }, (_, index) => peer(String(index), { receiveBytes: index }));
    const frame = advance(tracker, snapshot(0, [device(peers)]));

    const open: (() => void)[] = [];
    const transport: Transport = {
      ...UNUSED,
      send: () => new Promise<Outcome>((resolve) => open.push(() => resolve(SENT))),
    };
    const sender = new Sender(transport, new Logger({ stream: { write: () => undefined } }), { pressureLimit: 1 });
    const encoding = { done: false };
    const pushed = new MetricsPipeline({}, sender).push(frame).then(() => (encoding.done = true));

    while (sender.deliveries.queued.requests < 2) await turn();
    for (let i = 0; i < 50; i++) await turn();
    assert.deepEqual([sender.deliveries.queued.requests, encoding.done], [2, false]);

    while (!encoding.done) {
      open.shift()?.();
      await turn();
      assert.ok(sender.deliveries.queued.requests <= 2);
    }
    await pushed;
    const { enqueued } = sender.deliveries;
    // Received and transmitted bytes of each peer, and more.
    assert.ok(enqueued.requests >= 3 && enqueued.items > 2 * peers.length, JSON.stringify(enqueued));
    const end = sender.shutdown(0);
    open.shift()?.();
    await end;
  });
});
