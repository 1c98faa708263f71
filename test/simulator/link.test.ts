import assert from 'node:assert/strict';
import type { Link, LinkTraffic, SimulatedDevice } from '@wgotel/simulator';
import { Simulator } from '@wgotel/simulator';
import { describe, it } from 'mocha';
import type { PeerCounters } from './uapi-text.js';
import { counters, parseReply, value } from './uapi-text.js';

// Sizes and timers are those of https://www.wireguard.com/papers/wireguard.pdf, sections 5.4 and 6.

interface Pair {
  readonly simulator: Simulator;
  readonly link: Link;
  readonly a: SimulatedDevice;
  readonly b: SimulatedDevice;
}

function makePair(options: { persistentKeepalive?: number; traffic?: LinkTraffic; latency?: number } = {}): Pair {
  const { persistentKeepalive = 0, ...rest } = options;
  const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
  const a = simulator.addDevice({ name: 'wga0' });
  const b = simulator.addDevice({ name: 'wgb0' });
  const link = simulator.addLink({ a: { device: a, persistentKeepalive }, b: { device: b }, ...rest });
  return { simulator, link, a, b };
}

function peerOf(device: SimulatedDevice): PeerCounters {
  const [peer] = parseReply(device.render()).peers;
  assert.ok(peer);
  return counters(peer);
}

/** What a peer counted during something, and how often its handshake time can have moved: 0 or 1. */
async function during(
  device: SimulatedDevice,
  act: () => Promise<void> | void,
): Promise<{ rx: number; tx: number; moved: boolean }> {
  const before = peerOf(device);
  await act();
  const after = peerOf(device);
  return { rx: after.rx - before.rx, tx: after.tx - before.tx, moved: after.handshake !== before.handshake };
}

const SECOND = 1000;
const PING = 128;

describe('link', () => {
  it('shows both ends the keys of each other', () => {
    const { a, b } = makePair();
    const [peerOfA] = parseReply(a.render()).peers;
    const [peerOfB] = parseReply(b.render()).peers;
    assert.ok(peerOfA && peerOfB);
    assert.equal(value(peerOfA, 'public_key'), b.publicKey.toString('hex'));
    assert.equal(value(peerOfB, 'public_key'), a.publicKey.toString('hex'));
    assert.equal(value(peerOfA, 'preshared_key'), value(peerOfB, 'preshared_key'));
  });

  it('does nothing without data or keepalive', async () => {
    const { simulator, a } = makePair();
    await simulator.advance(3600 * SECOND);
    assert.deepEqual(peerOf(a), { rx: 0, tx: 0, handshake: 0 });
  });

  it('confirms a handshake with the waiting data instead of a keepalive', async () => {
    const { a, link } = makePair();
    assert.deepEqual(await during(a, () => link.a.ping()), { tx: 148 + PING, rx: 92 + PING, moved: true });
  });

  it('takes a round trip before data arrives, and sets the time of the responder half of one later', async () => {
    const { simulator, a, b, link } = makePair({ latency: 40 });
    link.a.ping();
    await simulator.advance(119);
    assert.equal(peerOf(b).handshake, 0);
    await simulator.advance(1);
    assert.equal(peerOf(b).handshake - peerOf(a).handshake, 40);
  });

  it('sends a keepalive 10 s after data that was not answered', async () => {
    const { simulator, b, link } = makePair();
    link.a.ping();
    link.a.send(100);
    await simulator.advance(9.9 * SECOND);
    assert.deepEqual(await during(b, () => simulator.advance(0.2 * SECOND)), { tx: 32, rx: 0, moved: false });
  });

  it('tries 20 times and then is silent until there is new data', async () => {
    const { simulator, a, link } = makePair();
    link.setLoss('all');
    const attempts = await during(a, async () => {
      link.a.send(100);
      await simulator.advance(200 * SECOND);
    });
    assert.deepEqual(attempts, { tx: 20 * 148, rx: 0, moved: false });
    assert.equal((await during(a, () => simulator.advance(3600 * SECOND))).tx, 0);
    assert.equal((await during(a, () => link.a.send(100))).tx, 148);
  });

  it('retries 5 to 5.33 s after each attempt', async () => {
    const { simulator, a, link } = makePair();
    link.setLoss('all');
    link.a.send(100);
    for (let attempt = 1; attempt < 5; attempt++) {
      assert.equal(peerOf(a).tx, 148 * attempt);
      const { tx } = await during(a, () => simulator.advance(5.333 * SECOND));
      assert.equal(tx, 148);
    }
  });

  it('renews a session in use after 120 s, by the initiator', async () => {
    const { simulator, a, b } = makePair({ traffic: { every: SECOND, bytes: 84 } });
    await simulator.advance(120 * SECOND);
    const before = { a: peerOf(a), b: peerOf(b) };
    await simulator.advance(SECOND);
    const after = { a: peerOf(a), b: peerOf(b) };
    // The ping that found the session too old still goes out with it; the renewed one is confirmed by a keepalive.
    assert.equal(after.a.tx - before.a.tx, PING + 148 + 32);
    assert.equal(after.b.tx - before.b.tx, PING + 92);
    assert.equal(after.a.handshake - before.a.handshake, 120 * SECOND);
    assert.equal(after.b.handshake, after.a.handshake);
  });

  it('renews an idle session that is kept alive every 125 s', async () => {
    const { simulator, a } = makePair({ persistentKeepalive: 25 });
    const start = peerOf(a).handshake;
    await simulator.advance(124 * SECOND);
    assert.equal(peerOf(a).handshake, start);
    await simulator.advance(SECOND);
    assert.equal(peerOf(a).handshake - start, 125 * SECOND);
  });

  it('makes a new session for data after 180 s', async () => {
    const { simulator, b, link } = makePair();
    link.a.ping();
    await simulator.advance(180 * SECOND);
    assert.deepEqual(await during(b, () => link.b.send(16)), { tx: 148 + 48, rx: 92, moved: true });
  });

  it('renews a session when the initiator hears data in its last 15 s', async () => {
    const { simulator, b, link } = makePair();
    link.a.ping();
    await simulator.advance(164 * SECOND);
    assert.deepEqual(await during(b, () => link.b.send(16)), { tx: 48, rx: 0, moved: false });
    await simulator.advance(SECOND);
    assert.deepEqual(await during(b, () => link.b.send(16)), { tx: 48 + 92, rx: 148 + 32, moved: true });
  });

  it('starts a handshake 15 s after data that nothing came back for', async () => {
    const { simulator, a, link } = makePair();
    link.a.send(100);
    link.setLoss('all');
    assert.equal((await during(a, () => simulator.advance(14.9 * SECOND))).tx, 0);
    assert.equal((await during(a, () => simulator.advance(0.5 * SECOND))).tx, 148);
  });

  it('does not wait for an answer to data that had no route', async () => {
    const { simulator, a, link } = makePair();
    link.a.ping();
    link.setLoss('all');
    link.a.setRouted(false);
    link.a.ping();
    link.a.setRouted(true);
    assert.equal((await during(a, () => simulator.advance(60 * SECOND))).tx, 0);
  });

  it('begins its 20 attempts once only, however much data it hears meanwhile', async () => {
    const { simulator, a, link } = makePair();
    link.a.ping();
    await simulator.advance(165 * SECOND);
    link.setLoss('a-to-b');
    const { tx } = await during(a, async () => {
      for (let second = 0; second < 14; second++) {
        link.b.send(16);
        await simulator.advance(SECOND);
      }
      link.setLoss('all');
      await simulator.advance(600 * SECOND);
    });
    assert.equal(tx, 20 * 148);
  });

  const causes: readonly [name: string, act: (pair: Pair) => void, a: object, b: object][] = [
    ['loss of responses', ({ link }) => link.setLoss('b-to-a'), { tx: 148, rx: 0 }, { tx: 92, rx: 148 }],
    ['loss of initiations', ({ link }) => link.setLoss('a-to-b'), { tx: 148, rx: 0 }, { tx: 0, rx: 0 }],
    ['no route back', ({ link }) => link.b.setRouted(false), { tx: 148, rx: 0 }, { tx: 0, rx: 148 }],
    ['responder down', ({ b }) => b.setUp(false), { tx: 148, rx: 0 }, { tx: 0, rx: 0 }],
    ['initiator down', ({ a }) => a.setUp(false), { tx: 0, rx: 0 }, { tx: 0, rx: 0 }],
    ['initiator with another key', ({ a, b }) => a.setKeys({ ...b.keys }), { tx: 148, rx: 0 }, { tx: 0, rx: 0 }],
  ];
  for (const [name, act, expectedA, expectedB] of causes) {
    it(`counts a first attempt under ${name}`, () => {
      const pair = makePair();
      act(pair);
      pair.link.a.ping();
      assert.deepEqual(peerOf(pair.a), { ...expectedA, handshake: 0 });
      assert.deepEqual(peerOf(pair.b), { ...expectedB, handshake: 0 });
    });
  }

  it('learns a new endpoint from the next message', () => {
    const { b, link } = makePair();
    const endpoint = (): string => value(parseReply(b.render()).peers[0] ?? [], 'endpoint');
    link.a.ping();
    assert.equal(endpoint(), '192.0.2.1:51820');
    link.a.setSource('198.51.100.7:4444');
    assert.equal(endpoint(), '192.0.2.1:51820');
    link.a.ping();
    assert.equal(endpoint(), '198.51.100.7:4444');
  });

  it('drops data of the end that has no endpoint yet', () => {
    const { b, link } = makePair();
    link.b.ping();
    assert.deepEqual(peerOf(b), { rx: 0, tx: 0, handshake: 0 });
  });
});
