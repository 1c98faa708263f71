import assert from 'node:assert/strict';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { tunnelId, WireGuardReceiver, type Device } from '@wgotel/core';
import { describe, it } from 'mocha';
import { ScriptedSource } from '../../support/scripted-source.js';
import { device, EPOCH, keyOf, peer, snapshot } from '../../support/snapshots.js';

/** A receiver that reads devices, one after the other, every 15 s. */
function receiverOf(devices: readonly Device[][]) {
  const source = new ScriptedSource(...devices.map((each, index) => snapshot(index * 15, each)));
  return new WireGuardReceiver({ source, clock: source, meterProvider: false, names: () => 'alice' });
}

const HANDSHAKE = peer('a', { lastHandshakeTime: EPOCH - 1000 });

describe('the tunnels of a receiver', () => {
  it('say what applications may know, and no keys, endpoints or counters', async () => {
    const receiver = receiverOf([[device([HANDSHAKE], { netns: 'blue' })]]);
    await receiver.scrape();
    const [view, ...others] = await receiver.tunnels.latest();
    const { peerId, ...rest } = view!;
    assert.deepEqual(others, []);
    assert.match(peerId, /^[0-9a-f]{16}$/);
    assert.deepEqual(rest, {
      interface: 'wg0',
      netns: 'blue',
      name: 'alice',
      tunnelId: tunnelId(keyOf('device'), keyOf('a')),
      allowedIPs: ['10.9.0.2/32'],
      state: 'active',
      handshakeTime: EPOCH - 1000,
      rtt: undefined,
      session: undefined,
    });
  });

  it('are the same objects as long as nothing an application sees has changed', async () => {
    const [a, b] = [HANDSHAKE, peer('b')];
    const receiver = receiverOf([
      [device([a, b])],
      [device([{ ...a, receiveBytes: 1000 }, b])],
      [device([a, { ...b, lastHandshakeTime: EPOCH + 29_000 }])],
      [device([a], { publicKey: undefined })],
    ]);
    let changes = 0;
    receiver.tunnels.onChange(() => changes++);
    await receiver.scrape();
    const first = receiver.tunnels.current();
    await receiver.scrape();
    assert.equal(receiver.tunnels.current(), first);
    assert.equal(changes, 1);
    await receiver.scrape();
    const third = receiver.tunnels.current();
    assert.deepEqual([third[0] === first[0], third[1]?.handshakeTime, changes], [true, EPOCH + 29_000, 2]);
    await receiver.scrape();
    assert.deepEqual(
      receiver.tunnels.current().map((view) => view.tunnelId),
      [undefined],
    );
  });

  it('are made only once somebody asks, and then of the last frame', async () => {
    const receiver = receiverOf([[device([HANDSHAKE])]]);
    await receiver.scrape();
    await receiver.scrape();
    assert.deepEqual(receiver.tunnels.current(), []);
    await new Promise<void>((resolve) => void receiver.tunnels.onChange(resolve));
    assert.equal(receiver.tunnels.current().length, 1);
  });

  it('carry the session that is going on, from the frame that finds it to the one that finds its end', async () => {
    const exporter = new InMemorySpanExporter();
    const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const renewed = [device([{ ...HANDSHAKE, lastHandshakeTime: EPOCH + 29_000 }])];
    const source = new ScriptedSource(
      snapshot(0, [device([HANDSHAKE])]),
      snapshot(15, [device([HANDSHAKE])]),
      snapshot(30, renewed),
      snapshot(225, renewed),
    );
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false, tracerProvider: provider });
    receiver.start();
    const views = [];
    const seen: unknown[] = [];
    receiver.on('change', ({ type }) => {
      if (type === 'peer.handshake') seen.push(receiver.tunnels.current()[0]?.session);
    });
    for (let scrape = 0; scrape < 4; scrape++) {
      await receiver.scrape();
      views.push((await receiver.tunnels.latest())[0]);
    }
    await receiver.shutdown();
    const sessions = views.map((view) => view?.session);
    const spans = exporter.getFinishedSpans().filter(({ name }) => name === 'wireguard.session');
    const ids = spans.map((span) => {
      const { traceId, spanId } = span.spanContext();
      return { traceId, spanId };
    });
    assert.equal(ids.length, 2);
    assert.deepEqual(sessions, [ids[0], ids[0], ids[1], undefined]);
    assert.equal(views[0], views[1]);
    assert.deepEqual(seen, [ids[1]]);
  });

  it('end with a device that has not been read for too long, and with the receiver', async () => {
    const failure = { source: 'scripted', device: 'wg0', code: 'TIMEOUT', message: 'slow' } as const;
    const there = [device([HANDSHAKE])];
    const source = new ScriptedSource(
      snapshot(0, there),
      snapshot(15, [], { failures: [failure] }),
      snapshot(60, [], { failures: [failure] }),
      snapshot(75, there),
    );
    const receiver = new WireGuardReceiver({ source, clock: source, meterProvider: false });
    const counts: number[] = [];
    for (let scrape = 0; scrape < 4; scrape++) {
      await receiver.scrape();
      counts.push((await receiver.tunnels.latest()).length);
    }
    await receiver.shutdown();
    assert.deepEqual([...counts, receiver.tunnels.current().length], [1, 1, 0, 1, 0]);
  });

  it('go on whatever a listener does', async () => {
    const receiver = receiverOf([[device([HANDSHAKE])]]);
    let told = 0;
    receiver.tunnels.onChange(() => {
      throw new Error('mine');
    });
    const end = receiver.tunnels.onChange(() => told++);
    await receiver.scrape();
    end();
    await receiver.shutdown();
    assert.equal(told, 1);
  });
});
