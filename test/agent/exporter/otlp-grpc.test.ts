import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { describe, it } from 'mocha';
import protobuf from 'protobufjs/minimal.js';
import { DEADLINE, request, withServer } from './sender-setup.js';
import { any, FAILURES, RETRIED, RETRY_INFO, retryInfo, trailer } from './grpc-status.js';
import { OK } from './otlp-server.js';

describe('OTLP/gRPC', () => {
  for (const code of FAILURES) {
    const retried = RETRIED.has(code);
    it(`${retried ? 'tries again' : 'drops the request'} on ${status[code]}`, () =>
      withServer(
        (index) => (index === 0 ? { code, details: 'because' } : OK),
        async ({ sender, server, delays, log }) => {
          await sender.enqueue(request('a', 7));
          await sender.enqueue(request('b', 1));
          await sender.shutdown(DEADLINE);
          const { sent, dropped } = sender.deliveries;
          assert.deepEqual(server.texts, retried ? ['a', 'a', 'b'] : ['a', 'b']);
          assert.deepEqual(delays, retried ? [1000] : []);
          assert.deepEqual(sent, retried ? { requests: 2, items: 8 } : { requests: 1, items: 1 });
          assert.deepEqual(dropped, retried ? {} : { [status[code].toLowerCase()]: { requests: 1, items: 7 } });
          assert.match(log[0]!, /\twarn\t.*"message": "because/);
        },
      ));
  }

  for (const [name, code, details, delay] of [
    ['RESOURCE_EXHAUSTED with RetryInfo', status.RESOURCE_EXHAUSTED, retryInfo(2, 500_000_000), 2500],
    ['UNAVAILABLE with RetryInfo', status.UNAVAILABLE, retryInfo(7, 0), 7000],
    ['a RetryInfo of 0, which is not at once', status.RESOURCE_EXHAUSTED, retryInfo(0, 0), 1000],
    ['a RetryInfo behind other details', status.UNAVAILABLE, Buffer.concat([any('x/y', OK), retryInfo(3, 0)]), 3000],
    ['a RetryInfo of ten years', status.UNAVAILABLE, retryInfo(315_360_000, 0), 600_000],
    ['a negative RetryInfo', status.UNAVAILABLE, retryInfo(-5, 0), 1000],
    ['details of another kind', status.UNAVAILABLE, any('x/y', OK), 1000],
    ['details cut off', status.UNAVAILABLE, retryInfo(2, 1).subarray(0, -1), 1000],
  ] as const) {
    it(`waits as told: ${name}`, () =>
      withServer(
        (index) => (index === 0 ? { code, details: '', metadata: trailer(details) } : OK),
        async ({ sender, server, delays }) => {
          await sender.enqueue(request('a'));
          await sender.shutdown(DEADLINE);
          assert.deepEqual(delays, [delay]);
          assert.deepEqual(server.texts, ['a', 'a']);
        },
      ));
  }

  it('drops what RESOURCE_EXHAUSTED is the answer to when its RetryInfo has no delay', () =>
    withServer(
      () => ({ code: status.RESOURCE_EXHAUSTED, details: '', metadata: trailer(any(RETRY_INFO, OK)) }),
      async ({ sender, server }) => {
        await sender.enqueue(request('a'));
        await sender.shutdown(DEADLINE);
        assert.deepEqual(server.texts, ['a']);
      },
    ));

  it('gives an attempt up at its deadline', () =>
    withServer(
      (index) => (index === 0 ? 'hang' : OK),
      async ({ sender, server, log }) => {
        await sender.enqueue(request('a'));
        await sender.shutdown(DEADLINE);
        assert.deepEqual(server.texts, ['a', 'a']);
        assert.match(log[0]!, /"reason": "deadline_exceeded"/);
        assert.match(log[1]!, /\tinfo\tthe server answers again/);
      },
      { config: { timeout: 1000 } },
    ));

  it('drops a request that is too large for the server, and goes on', () =>
    withServer(
      () => OK,
      async ({ sender, server }) => {
        await sender.enqueue(request('x'.repeat(5 * 1024 * 1024), 9));
        await sender.enqueue(request('b'));
        await sender.shutdown(DEADLINE);
        assert.deepEqual(server.texts, ['b']);
        assert.deepEqual(sender.deliveries.dropped, { resource_exhausted: { requests: 1, items: 9 } });
      },
    ));

  it('counts what the server rejects of a request, says why, and does not send it again', () =>
    withServer(
      () => partialSuccess(3, 'too old'),
      async ({ sender, server, log }) => {
        await sender.enqueue(request('a', 10));
        await sender.shutdown(DEADLINE);
        assert.deepEqual(server.texts, ['a']);
        assert.deepEqual(sender.deliveries, {
          enqueued: { requests: 1, items: 10 },
          restored: { requests: 0, items: 0 },
          sent: { requests: 1, items: 7 },
          queued: { requests: 0, items: 0 },
          dropped: { partial_success: { requests: 0, items: 3 } },
        });
        assert.match(log[0]!, /"rejectedItems": 3, "message": "too old"/);
      },
    ));

  it('takes a response that can’t be read for a success', () =>
    withServer(
      () => Buffer.from([0x0a, 0x7f]),
      async ({ sender, log }) => {
        await sender.enqueue(request('a'));
        await sender.shutdown(DEADLINE);
        assert.equal(sender.deliveries.sent.requests, 1);
        assert.match(log[0]!, /can't be read/);
      },
    ));

  it('sends headers and its name', () =>
    withServer(
      () => OK,
      async ({ sender, server }) => {
        await sender.enqueue(request('a'));
        await sender.shutdown(DEADLINE);
        const [{ metadata } = assert.fail()] = server.received;
        assert.deepEqual(metadata.get('authorization'), ['Bearer secret']);
        assert.match(String(metadata.get('user-agent')), /^wgotel\/\d/);
      },
      { config: { headers: { authorization: 'Bearer secret' } } },
    ));
});

function partialSuccess(rejected: number, message: string): Buffer {
  const writer = new protobuf.Writer();
  return Buffer.from(writer.uint32(10).fork().uint32(8).int64(rejected).uint32(18).string(message).ldelim().finish());
}
