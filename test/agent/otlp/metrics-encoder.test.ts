import assert from 'node:assert/strict';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { runAtOnce, Tracker, visitPoints, type Frame } from '@wgotel/core';
import { MetricDataSink } from '@wgotel/core/producer';
import { MetricsEncoder, type EncodedRequest } from '@wgotel/agent';
import { anyFrame } from '../../support/frames.js';
import { decodeMetrics, type DecodedPoint } from '../../support/otlp.js';
import { advance, device, peer, snapshot } from '../../support/snapshots.js';

const RESOURCE = { 'service.name': 'wgotel', 'host.name': 'höst' };

function encode(frame: Frame, limit?: number): EncodedRequest[] {
  const requests: EncodedRequest[] = [];
  const encoder = new MetricsEncoder(RESOURCE, (request) => requests.push(request), limit);
  runAtOnce(visitPoints(frame, frame.monotonicTime, encoder));
  encoder.end();
  return requests;
}

/** The same frame through the official serializer. */
function officially(frame: Frame): DecodedPoint[] {
  const sink = new MetricDataSink();
  runAtOnce(visitPoints(frame, frame.monotonicTime, sink));
  const resourceMetrics = {
    resource: resourceFromAttributes(RESOURCE),
    scopeMetrics: [{ scope: { name: '@wgotel/core', version: '0.1.0' }, metrics: sink.metrics }],
  };
  return decodeMetrics(ProtobufMetricsSerializer.serializeRequest(resourceMetrics)!);
}

/** The order of metrics and points says nothing. */
function inOrder(points: DecodedPoint[]): string[] {
  return points.map((point) => JSON.stringify(point)).toSorted();
}

describe('MetricsEncoder', () => {
  it('says the same as the official serializer, on random frames', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        const ours = encode(frame).flatMap(({ bytes }) => decodeMetrics(bytes));
        assert.deepEqual(inOrder(ours), inOrder(officially(frame)));
      }),
      { seed: 6, numRuns: 500 },
    );
  });

  it('cuts requests by length and loses nothing between them', () => {
    fc.assert(
      fc.property(anyFrame, fc.integer({ min: 600, max: 3000 }), (frame, limit) => {
        const requests = encode(frame, limit);
        for (const { bytes, items } of requests) {
          assert.ok(bytes.length <= limit, `${bytes.length} bytes with a limit of ${limit}`);
          assert.equal(decodeMetrics(bytes).length, items);
        }
        const ours = requests.flatMap(({ bytes }) => decodeMetrics(bytes));
        assert.deepEqual(inOrder(ours), inOrder(officially(frame)));
      }),
      { seed: 6, numRuns: 300 },
    );
  });

  it('keeps every request of a large device below what a stock Collector takes', () => {
    const peers = Array.from({ length: 10_000 }, (_, index) => peer(`peer ${index}`));
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10_000, names: () => 'n'.repeat(64) });
    const frame = advance(tracker, snapshot(0, [device(peers)]));
    const requests = encode(frame);
    assert.ok(requests.length > 1);
    for (const { bytes } of requests) assert.ok(bytes.length <= 3.5 * 1024 * 1024);
  });

  it('is used again for the next frame', () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10 });
    const requests: EncodedRequest[] = [];
    const encoder = new MetricsEncoder(RESOURCE, (request) => requests.push(request));
    for (const seconds of [0, 15]) {
      const frame = advance(tracker, snapshot(seconds, [device([peer('a', { receiveBytes: seconds })])]));
      runAtOnce(visitPoints(frame, frame.monotonicTime, encoder));
      encoder.end();
      assert.deepEqual(inOrder(decodeMetrics(requests.at(-1)!.bytes)), inOrder(officially(frame)));
    }
    assert.equal(requests.length, 2);
  });
});
