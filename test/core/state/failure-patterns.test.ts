import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { keyPair } from '@wgotel/simulator';
import { valuesOf } from '../../support/points.js';
import { openSimulatedTunnel, type EndSetup, type SimulatedTunnel } from '../../support/simulated-tunnel.js';

const KEEPALIVE: EndSetup = { persistentKeepalive: 25 };
const PINGS = { every: 5000, bytes: 84 };

interface Pattern {
  readonly cause: string;
  readonly a?: EndSetup;
  readonly b?: EndSetup;
  readonly break: (tunnel: SimulatedTunnel) => void;
  readonly repair: (tunnel: SimulatedTunnel) => void;
  /** States seven minutes after it broke. */
  readonly broken: { readonly a: string; readonly b: string };
}

const presharedKey: Pick<Pattern, 'break' | 'repair'> = {
  break: ({ link }) => link.b.setPresharedKey(undefined),
  repair: ({ link }) => link.b.setPresharedKey(link.a.presharedKey),
};
const otherKey = (): Pick<Pattern, 'break' | 'repair'> => {
  let before: ReturnType<typeof keyPair>;
  return {
    break: ({ b }) => {
      before = b.keys;
      b.setKeys(keyPair('another'));
    },
    repair: ({ b }) => b.setKeys(before),
  };
};
const loss: Pick<Pattern, 'break' | 'repair'> = {
  break: ({ link }) => link.setLoss('all'),
  repair: ({ link }) => link.setLoss('none'),
};

// What failing handshakes do to the counters of both ends, cause by cause. End a sends pings, so it is the initiator.
const PATTERNS: readonly Pattern[] = [
  {
    cause: 'the preshared keys differ',
    ...presharedKey,
    broken: { a: 'stale initiating_in_vain', b: 'stale responding_in_vain' },
  },
  {
    cause: 'the preshared keys differ, and the initiator is a client',
    b: { allowedIPs: ['10.9.0.1/32'] },
    ...presharedKey,
    broken: { a: 'stale initiating_in_vain', b: 'idle' },
  },
  { cause: 'the responder has another key', ...otherKey(), broken: { a: 'stale initiating_in_vain', b: 'idle' } },
  {
    cause: 'the responder does not know the initiator',
    break: ({ link }) => link.b.removePeer(),
    repair: ({ link }) => link.b.addPeer(),
    broken: { a: 'stale initiating_in_vain', b: 'gone' },
  },
  { cause: 'nothing gets through', ...loss, broken: { a: 'stale initiating_in_vain', b: 'idle' } },
  {
    cause: 'nothing gets through, and both ends send keepalives',
    a: KEEPALIVE,
    b: KEEPALIVE,
    ...loss,
    broken: { a: 'stale initiating_in_vain', b: 'stale initiating_in_vain' },
  },
  {
    cause: 'nothing gets back to the initiator',
    break: ({ link }) => link.setLoss('b-to-a'),
    repair: ({ link }) => link.setLoss('none'),
    broken: { a: 'stale initiating_in_vain', b: 'stale responding_in_vain' },
  },
  {
    cause: 'the initiator has no route',
    break: ({ link }) => link.a.setRouted(false),
    repair: ({ link }) => link.a.setRouted(true),
    // Nothing is sent, so nothing is known of a site but that it has been quiet.
    broken: { a: 'idle', b: 'idle' },
  },
  {
    cause: 'the initiator has no route, and is to keep the tunnel up',
    a: KEEPALIVE,
    break: ({ link }) => link.a.setRouted(false),
    repair: ({ link }) => link.a.setRouted(true),
    broken: { a: 'stale expired', b: 'idle' },
  },
];

describe('failure patterns in the counters', () => {
  for (const { cause, a = {}, b = {}, broken, ...pattern } of PATTERNS) {
    it(`${cause}: ${broken.a} / ${broken.b}, and active again after repair`, async () => {
      const tunnel = await openSimulatedTunnel({ a, b, latency: 20, traffic: PINGS });
      try {
        await tunnel.run(300);
        assert.deepEqual(tunnel.states(), { a: 'active', b: 'active' });
        pattern.break(tunnel);
        await tunnel.run(420);
        assert.deepEqual(tunnel.states(), broken);
        pattern.repair(tunnel);
        await tunnel.run(60);
        assert.deepEqual(tunnel.states(), { a: 'active', b: 'active' });
      } finally {
        await tunnel.close();
      }
    });
  }

  it('shows data that goes unanswered within a minute, before the session is over', async () => {
    const tunnel = await openSimulatedTunnel({ latency: 20, traffic: PINGS });
    try {
      await tunnel.run(60);
      tunnel.link.setLoss('all');
      await tunnel.run(60);
      assert.deepEqual(tunnel.states(), { a: 'stale unanswered', b: 'active' });
    } finally {
      await tunnel.close();
    }
  });
});

describe('healthy traffic', () => {
  it('never looks like a failure, at any rhythm, over an hour', async () => {
    const setup = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      latency: fc.integer({ min: 0, max: 800 }),
      every: fc.oneof(fc.integer({ min: 1000, max: 20_000 }), fc.integer({ min: 20_000, max: 900_000 })),
      bytes: fc.integer({ min: 28, max: 1420 }),
      keepaliveA: fc.constantFrom(undefined, 10, 25, 60),
      keepaliveB: fc.constantFrom(undefined, 25),
    });
    await fc.assert(
      fc.asyncProperty(setup, async ({ seed, latency, every, bytes, keepaliveA, keepaliveB }) => {
        const end = (keepalive: number | undefined): EndSetup =>
          keepalive === undefined ? {} : { persistentKeepalive: keepalive };
        const [a, b] = [end(keepaliveA), end(keepaliveB)];
        const tunnel = await openSimulatedTunnel({ a, b, seed, latency, traffic: { every, bytes } });
        try {
          // End b knows no endpoint, and can send nothing, until it has heard of a.
          tunnel.link.a.ping();
          await tunnel.run(3600, (frame) => {
            const { a: stateA, b: stateB } = tunnel.states();
            assert.doesNotMatch(`${stateA} ${stateB}`, /stale/);
            const attempts = Object.keys(valuesOf(frame, 'wireguard.peer.handshake.attempts'));
            assert.deepEqual(
              attempts.filter((series) => series.includes('in_vain')),
              [],
            );
          });
        } finally {
          await tunnel.close();
        }
      }),
      { seed: 6, numRuns: 6 },
    );
  }).timeout(30_000);
});
