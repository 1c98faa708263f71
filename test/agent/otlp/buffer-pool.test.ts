import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { runAtOnce, Tracker, visitPoints } from '@wgotel/core';
import { MetricsEncoder, type EncodedRequest } from '@wgotel/agent';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';

describe('the bytes of requests', () => {
  const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
  const requests: EncodedRequest[] = [];
  const encoder = new MetricsEncoder({ 'service.name': 'wgotel' }, (request) => requests.push(request));
  let seconds = 0;
  const encode = (receiveBytes: number): EncodedRequest => {
    const frame = advance(tracker, snapshot((seconds += 15), [device([peer('a', { receiveBytes })])]));
    runAtOnce(visitPoints(frame, frame.monotonicTime, encoder));
    encoder.end();
    return requests.at(-1)!;
  };

  it('are left alone until they are given back, and then used again', () => {
    const first = encode(1);
    const before = Buffer.from(first.bytes);
    const second = encode(2);
    assert.notEqual(second.bytes.buffer, first.bytes.buffer);
    assert.ok(first.bytes.equals(before));
    first.release();
    assert.equal(encode(3).bytes.buffer, first.bytes.buffer);
  });
});
