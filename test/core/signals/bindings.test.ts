import assert from 'node:assert/strict';
import { AggregationTemporality, MeterProvider, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { visitPoints, WireGuardReceiver, type Frame, type Snapshot } from '@wgotel/core';
import { createMetricProducer } from '@wgotel/core/producer';
import { anyFrame } from '../../support/frames.js';
import { pointsOf, seriesOf } from '../../support/points.js';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, EPOCH, peer, snapshot } from '../../support/snapshots.js';

class TestReader extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** `series value`, sorted: what one collection holds, whichever way it came. */
function flatten({ scopeMetrics }: ResourceMetrics): string[] {
  return scopeMetrics
    .flatMap(({ metrics }) => metrics)
    .flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(
        ({ attributes, value }) => `${seriesOf({ metric: descriptor.name, attributes } as never)} ${value as number}`,
      ),
    )
    .toSorted();
}

function expected(frame: Frame): string[] {
  return pointsOf(frame)
    .map((point) => `${seriesOf(point)} ${point.value}`)
    .toSorted();
}

/** A receiver that has scraped each snapshot once. */
async function receiverOf(
  script: Snapshot[],
  options: ConstructorParameters<typeof WireGuardReceiver>[0] = {},
): Promise<WireGuardReceiver> {
  const source = new ScriptedSource(...script);
  const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false, ...options });
  for (const _ of script) await receiver.scrape();
  return receiver;
}

const TWO_PEERS = [
  snapshot(0, [device([peer('a', { receiveBytes: 5 }), peer('b')])]),
  snapshot(15, [device([peer('a', { receiveBytes: 7, lastHandshakeTime: EPOCH + 9000 })])]),
];

describe('MetricProducer', () => {
  it('gives the SDK every point of the frame, with its times', async () => {
    const receiver = await receiverOf(TWO_PEERS);
    const reader = new TestReader({ metricProducers: [createMetricProducer(receiver)] });
    const provider = new MeterProvider({ readers: [reader] });
    const { resourceMetrics, errors } = await reader.collect();
    await provider.shutdown();
    assert.deepEqual(errors, []);
    assert.deepEqual(flatten(resourceMetrics), expected(receiver.frame!));
    const io = resourceMetrics.scopeMetrics[0]!.metrics.find(
      ({ descriptor }) => descriptor.name === 'wireguard.peer.io',
    )!;
    assert.equal(io.aggregationTemporality, AggregationTemporality.CUMULATIVE);
    assert.deepEqual(io.dataPoints[0]!.startTime, [EPOCH / 1000, 0]);
    assert.deepEqual(io.dataPoints[0]!.endTime, [EPOCH / 1000 + 15, 0]);
  });

  it('says the same as the walk, on random frames', async () => {
    await fc.assert(
      fc.asyncProperty(anyFrame, async (frame) => {
        const receiver = {
          *visitPoints(...[sink]: Parameters<WireGuardReceiver['visitPoints']>) {
            yield* visitPoints(frame, frame.monotonicTime, sink);
          },
        } as WireGuardReceiver;
        const { resourceMetrics } = await createMetricProducer(receiver).collect();
        assert.deepEqual(flatten(resourceMetrics), expected(frame));
      }),
      { seed: 6, numRuns: 200 },
    );
  });

  it('never rejects, and has nothing to say before the first scrape', async () => {
    const { resourceMetrics, errors } = await createMetricProducer(
      new WireGuardReceiver({ meterProvider: false }),
    ).collect();
    assert.deepEqual([resourceMetrics.scopeMetrics, errors], [[], []]);
    const broken = { visitPoints: () => assert.fail('broken') } as unknown as WireGuardReceiver;
    const result = await createMetricProducer(broken).collect();
    assert.match(String(result.errors[0]), /broken/);
  });

  it("ends a removed peer's series", async () => {
    const receiver = await receiverOf(TWO_PEERS);
    const { resourceMetrics } = await createMetricProducer(receiver).collect();
    const peers = new Set(
      resourceMetrics.scopeMetrics[0]!.metrics.filter(
        ({ descriptor }) => descriptor.name === 'wireguard.peer.io',
      ).flatMap(({ dataPoints }) => dataPoints.map(({ attributes }) => attributes['wireguard.peer.id'])),
    );
    assert.equal(peers.size, 1);
  });
});

describe('instruments of a Meter', () => {
  it('give the SDK every point of the frame', async () => {
    const reader = new TestReader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const receiver = await receiverOf(TWO_PEERS.slice(0, 1), { meterProvider, peerLimit: 1 });
    receiver.start();
    const { resourceMetrics, errors } = await reader.collect();
    assert.deepEqual(errors, []);
    assert.deepEqual(flatten(resourceMetrics), expected(receiver.frame!));
    await receiver.shutdown();
  });

  it('are taken off the meter by shutdown, and put on once however often start is called', async () => {
    const reader = new TestReader();
    const meterProvider = new MeterProvider({ readers: [reader] });
    const receiver = await receiverOf(TWO_PEERS.slice(0, 1), { meterProvider });
    let walks = 0;
    const visit = receiver.visitPoints.bind(receiver);
    receiver.visitPoints = (sink) => {
      walks++;
      return visit(sink);
    };
    receiver.start();
    receiver.start();
    await reader.collect();
    assert.equal(walks, 1);
    await receiver.shutdown();
    await receiver.shutdown();
    await reader.collect();
    assert.equal(walks, 1);
  });
});
