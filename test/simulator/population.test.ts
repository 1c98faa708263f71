import assert from 'node:assert/strict';
import type { Behaviour, Mix } from '@wgotel/simulator';
import { Simulator } from '@wgotel/simulator';
import { describe, it } from 'mocha';
import type { Lines } from './uapi-text.js';
import { counters, parseReply, value } from './uapi-text.js';

const MINUTE = 60_000;
const START = Date.UTC(2026, 5, 1);
const PEERS = 40;

/** Reads a device with one behaviour every half minute for an hour. */
async function history(behaviour: Behaviour): Promise<readonly Lines[][]> {
  const simulator = new Simulator({ directory: 'unused', time: 'virtual', startTime: START });
  const device = simulator.addDevice({ name: 'wg0', peers: PEERS, mix: { [behaviour]: 1 }, order: 'stable' });
  const replies: Lines[][] = [];
  for (let read = 0; read < 120; read++) {
    replies.push([...parseReply(device.render()).peers]);
    await simulator.advance(MINUTE / 2);
  }
  return Array.from({ length: PEERS }, (_, peer) => replies.map((reply) => reply[peer] as Lines));
}

const endpointOf = (peer: Lines): string | undefined => peer.find(([key]) => key === 'endpoint')?.[1];

/** How often a value falls from one reading to the next. */
const falls = (values: readonly number[]): number => values.filter((next, at) => next < (values[at - 1] ?? 0)).length;

describe('population', () => {
  for (const behaviour of ['steady', 'idle', 'roaming', 'phone', 'dead'] as const) {
    it(`has counters and handshake times that never fall: ${behaviour}`, async () => {
      for (const readings of await history(behaviour)) {
        const seen = readings.map(counters);
        assert.equal(falls(seen.map(({ rx }) => rx)), 0);
        assert.equal(falls(seen.map(({ tx }) => tx)), 0);
        assert.equal(falls(seen.map(({ handshake }) => handshake)), 0);
        for (const [read, { handshake }] of seen.entries()) {
          assert.ok(handshake === 0 || (handshake >= START && handshake <= START + (read * MINUTE) / 2));
        }
      }
    });
  }

  it('renews the sessions of steady and roaming peers every two minutes or little more', async () => {
    for (const behaviour of ['steady', 'roaming'] as const) {
      for (const readings of await history(behaviour)) {
        const times = [...new Set(readings.map((peer) => counters(peer).handshake))].filter((time) => time > 0);
        assert.ok(times.length > 25);
        const gaps = times.slice(1).map((time, at) => time - (times[at] as number));
        assert.ok(
          gaps.every((gap) => gap >= 120_000 && gap <= 131_000),
          `${behaviour}: ${gaps.join()}`,
        );
      }
    }
  });

  it('moves roaming peers, some of them to another port only, and nobody else', async () => {
    const roaming = (await history('roaming')).map((readings) => [...new Set(readings.map(endpointOf))]);
    assert.ok(roaming.every((endpoints) => endpoints.length > 2));
    const addresses = roaming.map((endpoints) => new Set(endpoints.map((endpoint) => endpoint?.split(':')[0])).size);
    assert.ok(addresses.some((count) => count === 1));
    assert.ok(addresses.some((count) => count > 1));
    const steady = (await history('steady')).map((readings) => new Set(readings.map(endpointOf)).size);
    assert.ok(steady.every((count) => count === 1));
  });

  it('lets phones sleep for longer than a session lasts, and wake up at another endpoint', async () => {
    const phones = (await history('phone')).filter((readings) => new Set(readings.map(endpointOf)).size > 1);
    assert.ok(phones.length > 5, `only ${phones.length} of ${PEERS} woke up twice within the hour`);
    for (const readings of phones) {
      const times = [...new Set(readings.map((peer) => counters(peer).handshake))].filter((time) => time > 0);
      const gaps = times.slice(1).map((time, at) => time - times[at]!);
      assert.ok(Math.max(...gaps) > 10 * MINUTE, gaps.join());
    }
  });

  it('lets dead peers send initiations only, without an answer', async () => {
    for (const readings of await history('dead')) {
      const late = readings.slice(10).map(counters);
      for (const [at, reading] of late.slice(1).entries()) {
        const before = late[at] as typeof reading;
        assert.equal(reading.rx, before.rx);
        assert.equal(reading.handshake, before.handshake);
        assert.equal((reading.tx - before.tx) % 148, 0);
      }
      assert.ok((late.at(-1)?.tx ?? 0) > (late[0]?.tx ?? 0));
    }
  });

  it('lets the counters of resetting peers fall', async () => {
    for (const readings of await history('resetting')) {
      assert.ok(falls(readings.map((peer) => counters(peer).tx)) > 0);
    }
  });

  it('draws behaviours by their weights', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const mix: Mix = { steady: 3, dead: 1 };
    const device = simulator.addDevice({ name: 'wg0', peers: 2000, mix, age: 60 * MINUTE });
    const seen = parseReply(device.render()).peers.map(counters);
    const dead = seen.filter(({ handshake }) => handshake < simulator.now() - 10 * MINUTE).length;
    assert.ok(dead > 400 && dead < 600, `${dead} of 2000 dead`);
  });

  it('refuses a mix without weight', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    assert.throws(
      () => simulator.addDevice({ name: 'wg0', peers: 1, mix: { steady: 0 } }),
      /no behaviour with a weight/,
    );
  });

  it('gives each of 70 000 peers keys and allowed IPs of its own', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const device = simulator.addDevice({ name: 'wg0', peers: 70_000 });
    const text = device.render().toString('latin1');
    for (const key of ['public_key', 'allowed_ip']) {
      const values = text.match(new RegExp(`^${key}=.*$`, 'gm')) ?? [];
      assert.equal(values.length, key === 'public_key' ? 70_000 : 140_000);
      assert.equal(new Set(values).size, values.length);
    }
  });

  it('has a handshake behind most peers at once if it has an age', () => {
    const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
    const mix: Mix = { steady: 1 };
    const fresh = simulator.addDevice({ name: 'wg0', peers: 20, mix });
    const aged = simulator.addDevice({ name: 'wg1', peers: 20, mix, age: 10 * MINUTE });
    const handshakes = (reply: Buffer): string[] =>
      parseReply(reply).peers.map((peer) => value(peer, 'last_handshake_time_sec'));
    assert.ok(handshakes(fresh.render()).every((seconds) => seconds === '0'));
    assert.ok(handshakes(aged.render()).every((seconds) => seconds !== '0'));
  });
});
