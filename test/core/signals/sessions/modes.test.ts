import assert from 'node:assert/strict';
import { SamplingDecision, type Sampler } from '@opentelemetry/sdk-trace-node';
import { WireGuardReceiver, type Device, type SessionMode } from '@wgotel/core';
import { describe, it } from 'mocha';
import { idsOf, SessionHistory, startOf } from '../../../support/session-history.js';
import { device, EPOCH, peer } from '../../../support/snapshots.js';

/** wg0 with some peers that shook hands then, the first of them at an endpoint of its own. */
function wg0(count: number, handshake: number, port = 1): Device[] {
  return [
    device(
      Array.from({ length: count }, (_, index) =>
        peer(`${index}`, {
          lastHandshakeTime: EPOCH + handshake * 1000,
          endpoint: `192.0.2.1:${index === 0 ? port : 1}`,
        }),
      ),
    ),
  ];
}

describe('sessions in mode', () => {
  for (const [mode, expected] of [
    ['all', [-5, -5, 115, 115, 235, 235]],
    ['auto', [-5, -5, 115, 115, 235, 235]],
    ['changes', [115]],
  ] as const) {
    it(`${mode} are exported as they should`, () => {
      const history = new SessionHistory({ mode });
      history.scrape(0, wg0(2, -5));
      history.scrape(120, wg0(2, 115));
      history.scrape(135, wg0(2, 115, 2));
      history.scrape(240, wg0(2, 235, 2));
      history.scrape(420, wg0(2, 235, 2));
      assert.deepEqual(history.exportedSessions.map(startOf), expected);
    });
  }

  it('off are not, nor is anything else', () => {
    const receiver = new WireGuardReceiver({ sessions: { mode: 'off' }, meterProvider: false });
    receiver.start();
    assert.equal(receiver.sessions, undefined);
    return receiver.shutdown();
  });

  it('that does not exist are an error', () => {
    const mode = 'some' as SessionMode;
    assert.throws(() => new WireGuardReceiver({ sessions: { mode } }), { code: 'INVALID_OPTION', message: /some/ });
  });

  it('changes: a first handshake is no renewal', () => {
    const history = new SessionHistory({ mode: 'changes' });
    history.scrape(0, [device([peer('a')])]);
    history.scrape(15, [device([peer('a', { lastHandshakeTime: EPOCH + 10_000 })])]);
    history.scrape(195, [device([peer('a', { lastHandshakeTime: EPOCH + 10_000 })])]);
    const [span] = history.exportedSessions;
    assert.equal(span!.events[0]!.attributes!['wireguard.peer.handshake.first'], true);
  });

  it('changes: one is referred to only once something happened in it', () => {
    const history = new SessionHistory({ mode: 'changes' });
    const { series } = history.scrape(0, wg0(1, -5)).devices[0]!.peers[0]!;
    assert.equal(history.sessions.current(series), undefined);
    history.scrape(15, wg0(1, -5, 2));
    const ids = history.sessions.current(series);
    history.scrape(120, wg0(1, 115, 2));
    assert.deepEqual(history.exportedSessions.map(idsOf), [ids]);
    assert.equal(history.sessions.current(series), undefined);
    history.scrape(135, wg0(1, 115, 3));
    history.scrape(300, wg0(1, 115, 3));
    assert.deepEqual(
      history.exportedSessions[1]!.links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId })),
      [ids],
      'it links to the one before, which was exported',
    );
  });

  it('auto: above 500 peers those with changes, and all again from 450 on', () => {
    const history = new SessionHistory({ mode: 'auto' });
    const exported = (): number => history.exporter.getFinishedSpans().length;
    const after = (seconds: number, count: number, handshake: number): number => {
      history.exporter.reset();
      history.take({ ...history.scrape(seconds, wg0(count, handshake)), changes: [] });
      return exported();
    };
    history.scrape(0, wg0(500, -5));
    assert.equal(after(120, 500, 115), 500);
    // What was begun before is exported, what is renewed from now on is not.
    history.scrape(130, wg0(501, 115));
    assert.equal(after(240, 501, 235), 500 + 1);
    assert.equal(after(360, 501, 355), 0);
    assert.equal(after(480, 460, 475), 41, 'those that left');
    assert.equal(after(600, 460, 595), 0);
    history.scrape(610, wg0(450, 595));
    assert.equal(after(720, 450, 715), 450);
  });
});

describe('live spans', () => {
  it('have ids of the provider, known as long as the session goes on', () => {
    const history = new SessionHistory({ mode: 'all', live: true });
    const { series } = history.scrape(0, wg0(1, -5)).devices[0]!.peers[0]!;
    const first = history.sessions.current(series);
    history.scrape(120, wg0(1, 115));
    const second = history.sessions.current(series);
    history.scrape(300, wg0(1, 115));
    assert.deepEqual(history.exportedSessions.map(idsOf), [first, second]);
    assert.deepEqual(history.exportedSessions.map(startOf), [-5, 115]);
    assert.equal(history.exportedSessions[1]!.links[0]!.context.spanId, first!.spanId);
    assert.equal(history.sessions.current(series), undefined);
  });

  it('end when nobody looks any longer', () => {
    const history = new SessionHistory({ mode: 'all', live: true });
    history.scrape(0, wg0(3, -5));
    history.scrape(15, wg0(3, -5));
    history.sessions.shutdown();
    assert.deepEqual(
      history.exportedSessions.map(({ attributes }) => attributes['wireguard.session.end.reason']),
      ['shutdown', 'shutdown', 'shutdown'],
    );
  });

  it('are 500 at a time; further sessions are written when they are over', () => {
    const history = new SessionHistory({ mode: 'all', live: true });
    const { peers } = history.scrape(0, wg0(510, -5)).devices[0]!;
    const known = peers.filter(({ series }) => history.sessions.current(series) !== undefined);
    assert.equal(known.length, 500);
    history.scrape(180, wg0(510, -5));
    assert.equal(history.exportedSessions.length, 510);
  });

  for (const live of [true, false]) {
    it(`are not referred to if they are not sampled${live ? '' : ', nor are those with ids of ours'}`, () => {
      const sampler: Sampler = { shouldSample: () => ({ decision: SamplingDecision.RECORD }), toString: () => 'none' };
      const history = new SessionHistory({ mode: 'all', live, sampler });
      history.scrape(0, wg0(1, -5));
      const frame = history.scrape(120, wg0(1, 115));
      assert.equal(history.sessions.current(frame.devices[0]!.peers[0]!.series), undefined);
      assert.equal(history.sessions.contextOf(frame.changes[0]!), undefined);
      assert.equal(history.warnings.length, live ? 0 : 1);
    });
  }
});

describe('a tracer', () => {
  it('that throws harms nobody, and is complained of once', () => {
    const sampler: Sampler = {
      shouldSample: () => {
        throw new Error('broken');
      },
      toString: () => 'broken',
    };
    for (const live of [true, false]) {
      const history = new SessionHistory({ mode: 'all', live, sampler });
      history.scrape(0, wg0(2, -5));
      history.scrape(120, wg0(2, 115));
      history.scrape(300, wg0(2, 115));
      assert.deepEqual(history.warnings, ['a span could not be written: Error: broken']);
    }
  });
});
