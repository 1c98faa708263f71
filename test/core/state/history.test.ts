import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { Tracker, type Device, type Peer } from '@wgotel/core';
import { advance, device, EPOCH, peer, snapshot } from '../../support/snapshots.js';
import { pointsOf, seriesOf, type Point } from '../../support/points.js';

const LABELS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** What befalls one peer between two scrapes. */
type Event =
  | { readonly kind: 'none' }
  | { readonly kind: 'leave' }
  | { readonly kind: 'traffic'; readonly bytes: number }
  | { readonly kind: 'handshake'; readonly bytes: number }
  /** Removed and added again: counters begin anew and end below where they were. */
  | { readonly kind: 'reset'; readonly bytes: number };

const bytes = fc.integer({ min: 1, max: 1_000_000 });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.constant({ kind: 'leave' as const }),
  fc.record({ kind: fc.constant('traffic' as const), bytes }),
  fc.record({ kind: fc.constant('handshake' as const), bytes }),
  fc.record({ kind: fc.constant('reset' as const), bytes }),
);
const history = fc.record({
  limit: fc.integer({ min: 0, max: 4 }),
  /** Seconds between scrapes: some are longer than the hour after which peers are ranked again. */
  steps: fc.array(fc.record({ seconds: fc.constantFrom(15, 60, 3601), events: fc.tuple(...LABELS.map(() => event)) }), {
    minLength: 1,
    maxLength: 12,
  }),
});

/** What really happened since the first snapshot, as far as anybody could have seen it. */
class Truth {
  received = 0;
  handshakes = 0;
  readonly peers = new Map<string, Peer>();

  /** The first three peers on one device, the others on another: the limit is for all devices together. */
  devices(): Device[] {
    const on = (labels: string[]): Peer[] => labels.flatMap((label) => this.peers.get(label) ?? []);
    return [device(on(LABELS.slice(0, 3))), device(on(LABELS.slice(3)), { name: 'wg1' })];
  }

  apply(label: string, what: Event, now: number, baseline: boolean): void {
    const before = this.peers.get(label);
    if (what.kind === 'none') return;
    if (what.kind === 'leave') {
      this.peers.delete(label);
      return;
    }
    if (what.kind === 'reset' && before !== undefined) {
      // Only a counter below the last one shows.
      const receiveBytes = Math.floor(before.receiveBytes / 2);
      if (receiveBytes === before.receiveBytes) return;
      this.peers.set(label, peer(label, { receiveBytes }));
      this.received += receiveBytes;
      return;
    }
    const isHandshake = what.kind === 'handshake';
    this.peers.set(label, {
      ...(before ?? peer(label)),
      receiveBytes: (before?.receiveBytes ?? 0) + what.bytes,
      lastHandshakeTime: isHandshake ? now - 1000 : before?.lastHandshakeTime,
    });
    if (baseline) return;
    this.received += what.bytes;
    if (isHandshake) this.handshakes++;
  }
}

/** What somebody who adds the points up by OpenTelemetry's rules arrives at. */
class Receiver {
  total = 0;
  readonly #last = new Map<string, Point>();

  take(points: readonly Point[]): void {
    for (const point of points) {
      const series = seriesOf(point);
      const last = this.#last.get(series);
      assert.ok(point.startTime! <= point.time, `${series} begins after its point`);
      if (last !== undefined && last.startTime === point.startTime) {
        assert.ok(point.value >= last.value, `${series} fell from ${last.value} to ${point.value}`);
        this.total += point.value - last.value;
      } else {
        if (last !== undefined) assert.ok(point.startTime! >= last.time, `${series} begins again in its own past`);
        this.total += point.value;
      }
      this.#last.set(series, point);
    }
  }
}

describe('histories of peers that join, leave, reset and are ranked again', () => {
  it('count every increment exactly once, and no sum falls', () => {
    fc.assert(
      fc.property(history, ({ limit, steps }) => {
        const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: limit });
        const truth = new Truth();
        const io = new Receiver();
        const handshakes = new Receiver();
        let seconds = 0;
        let baseline = 0;
        for (const [index, step] of steps.entries()) {
          seconds += step.seconds;
          for (const [at, label] of LABELS.entries()) {
            truth.apply(label, step.events[at]!, EPOCH + seconds * 1000, index === 0);
          }
          const points = pointsOf(advance(tracker, snapshot(seconds, truth.devices())));
          io.take(
            points.filter(
              ({ metric, attributes }) =>
                metric === 'wireguard.peer.io' && attributes['network.io.direction'] === 'receive',
            ),
          );
          handshakes.take(points.filter(({ metric }) => metric === 'wireguard.peer.handshakes'));
          if (index === 0) baseline = io.total;
          assert.equal(io.total, baseline + truth.received);
          assert.equal(handshakes.total, truth.handshakes);
        }
      }),
      { seed: 6, numRuns: 1000 },
    );
  });
});
