import assert from 'node:assert/strict';
import { Identity, MetricView, Tracker, type MetricsSettings } from '@wgotel/core';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { pointsOf, seriesOf } from '../../support/points.js';
import { advance, device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';

const IO: MetricsSettings = { 'wireguard.peer.io': { attributes: ['network.interface.name', 'network.io.direction'] } };
const newTracker = (peerLimit = 10): Tracker => new Tracker({ collectionInterval: 15_000, peerLimit });

/** The points of one metric, as `series: value`. */
function values(points: ReturnType<typeof pointsOf>, metric: string): Record<string, number> {
  return Object.fromEntries(
    points
      .filter((point) => point.metric === metric)
      .map((point) => [seriesOf(point).replace(/^[^{]*/, ''), point.value]),
  );
}

describe('settings of metrics', () => {
  it('turn metrics on and off', () => {
    const settings = { 'wireguard.peer.io': { enabled: false }, 'wireguard.peer.allowed_ip.count': { enabled: true } };
    const points = pointsOf(advance(newTracker(), snapshot(0, [device([peer('a')])])), new MetricView(settings));
    const metrics = new Set(points.map(({ metric }) => metric));
    assert.ok(!metrics.has('wireguard.peer.io') && metrics.has('wireguard.peer.allowed_ip.count'));
    assert.ok(!metrics.has('wireguard.peer.persistent_keepalive.interval') && metrics.has('wireguard.device.up'));
  });

  for (const [settings, message] of [
    [{ 'wireguard.peers': {} }, /there is no metric wireguard\.peers/],
    [
      { 'wireguard.peer.io': { attributes: ['network.interface.name'] } },
      /can't do without its attribute network\.io\.direction/,
    ],
    [
      { 'wireguard.peer.up': { attributes: ['network.interface.name', 'colour'] } },
      /has no attribute colour; it has network/,
    ],
  ] satisfies [MetricsSettings, RegExp][]) {
    it(`refuse ${JSON.stringify(settings)}`, () => {
      assert.throws(() => new MetricView(settings), { code: 'INVALID_OPTION', message });
    });
  }

  for (const [strategy, expected] of [
    ['min', 100],
    ['max', 300],
    ['avg', 200],
    ['sum', 400],
    [undefined, 200],
  ] as const) {
    it(`put gauges together by ${strategy ?? 'average if nothing is said'}`, () => {
      const settings = { attributes: ['network.interface.name'], aggregationStrategy: strategy };
      const metric = 'wireguard.peer.last_handshake.timestamp';
      const peers = [100, 300].map((seconds) => peer(String(seconds), { lastHandshakeTime: seconds * 1000 }));
      const frame = advance(newTracker(), snapshot(0, [device(peers), device([], { name: 'wg1' })]));
      const found = values(pointsOf(frame, new MetricView({ [metric]: settings })), metric);
      assert.deepEqual(found, { '{network.interface.name=wg0}': expected });
    });
  }

  it('add sums up per device, with the start of the first', () => {
    const tracker = newTracker();
    const devices = [
      device([peer('a', { receiveBytes: 5 }), peer('b', { receiveBytes: 7 })], { countingSince: EPOCH - 9 }),
      device([peer('a', { receiveBytes: 1 })], { name: 'wg1' }),
    ];
    const points = pointsOf(advance(tracker, snapshot(0, devices)), new MetricView(IO));
    const received = points.filter(
      ({ attributes, metric }) => metric === 'wireguard.peer.io' && attributes['network.io.direction'] === 'receive',
    );
    assert.deepEqual(
      received.map(({ attributes, value, startTime }) => [attributes, value, startTime]),
      [
        [{ 'network.interface.name': 'wg0', 'network.io.direction': 'receive' }, 12, EPOCH - 9],
        [{ 'network.interface.name': 'wg1', 'network.io.direction': 'receive' }, 1, EPOCH],
      ],
    );
  });

  it('keep names apart where only ids are left out', () => {
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, names: () => 'office' });
    const frame = advance(
      tracker,
      snapshot(0, [device([peer('a', { receiveBytes: 5 }), peer('b', { receiveBytes: 7 })])]),
    );
    const attributes = ['network.interface.name', 'network.io.direction', 'wireguard.peer.name'];
    const found = values(pointsOf(frame, new MetricView({ 'wireguard.peer.io': { attributes } })), 'wireguard.peer.io');
    assert.deepEqual(found, {
      '{network.interface.name=wg0,network.io.direction=receive,wireguard.peer.name=office}': 12,
      '{network.interface.name=wg0,network.io.direction=transmit,wireguard.peer.name=office}': 0,
    });
  });

  for (const [kept, expected] of [
    ['wireguard.peer.id', true],
    ['wireguard.peer.public_key', true],
    ['wireguard.peer.name', false],
  ] as const) {
    it(`${expected ? 'have' : 'do not have'} the public key where ${kept} is kept and identity is full`, () => {
      const identity = new Identity({ mode: 'full' });
      const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, names: () => 'office', identity });
      const frame = advance(tracker, snapshot(0, [device([peer('a')])]));
      const attributes = ['network.interface.name', 'network.io.direction', kept];
      const points = pointsOf(frame, new MetricView({ 'wireguard.peer.io': { attributes } }));
      const [io, up] = ['wireguard.peer.io', 'wireguard.peer.handshakes'].map((name) =>
        points.find(({ metric }) => metric === name),
      );
      assert.equal(io?.attributes['wireguard.peer.public_key'], expected ? keyOf('a') : undefined);
      assert.equal(up?.attributes['wireguard.peer.public_key'], keyOf('a'));
    });
  }

  it('count nobody twice who is renamed', () => {
    let name = 'alice';
    const tracker = new Tracker({ collectionInterval: 15_000, peerLimit: 10, names: () => name });
    const view = new MetricView(IO);
    const received = (seconds: number, bytes: number): number => {
      const frame = advance(tracker, snapshot(seconds, [device([peer('a', { receiveBytes: bytes })])]));
      return Object.values(values(pointsOf(frame, view), 'wireguard.peer.io'))[0]!;
    };
    assert.equal(received(0, 100), 100);
    name = 'anna';
    tracker.rename();
    assert.equal(received(15, 103), 103);
    assert.equal(received(30, 110), 110);
  });

  it('never let a sum fall, and add just what was gained, whoever comes, goes, starts anew or is folded', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.array(fc.record({ label: fc.constantFrom('a', 'b', 'c', 'd'), gain: fc.nat(1000), reset: fc.boolean() }), {
            maxLength: 4,
          }),
          { minLength: 2, maxLength: 20 },
        ),
        fc.nat(4),
        (steps, limit) => {
          const tracker = newTracker(limit);
          const view = new MetricView(IO);
          const bytes = new Map<string, number>();
          let moved = 0;
          const last = new Map<string, number>();
          for (const [index, step] of steps.entries()) {
            const present = new Set<string>();
            for (const { label, gain, reset } of step) {
              if (present.has(label)) continue;
              present.add(label);
              const before = bytes.get(label);
              // A reset that is not lower can't be seen.
              const isReset = reset && before !== undefined && gain < before;
              bytes.set(label, isReset || before === undefined ? gain : before + gain);
              moved += gain;
            }
            for (const label of bytes.keys()) if (!present.has(label)) bytes.delete(label);
            const peers = [...bytes].map(([label, receiveBytes]) => peer(label, { receiveBytes }));
            const frame = advance(tracker, snapshot(15 * index, [device(peers)]));
            // Twice, as several sinks may walk one frame.
            for (const points of [pointsOf(frame, view), pointsOf(frame, view)]) {
              const sums = points.filter(
                ({ metric, attributes }) =>
                  metric === 'wireguard.peer.io' && attributes['network.io.direction'] === 'receive',
              );
              let all = 0;
              for (const sum of sums) {
                assert.ok(sum.value >= (last.get(seriesOf(sum)) ?? 0), 'it fell');
                last.set(seriesOf(sum), sum.value);
                all += sum.value;
              }
              assert.ok(all <= moved, 'it has more than was moved');
              // With all peers in one series nothing is hidden.
              if (limit === 4 && peers.length > 0) assert.equal(all, moved);
            }
          }
        },
      ),
      { seed: 6, numRuns: 500 },
    ));
});
