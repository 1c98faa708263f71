import assert from 'node:assert/strict';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { peerId, sessionIds, tunnelId, type Device, type Frame, type Peer, type PeerView } from '@wgotel/core';
import { describe, it } from 'mocha';
import { endOf, idsOf, SessionHistory, startOf } from '../../../support/session-history.js';
import { device, EPOCH, keyOf, peer } from '../../../support/snapshots.js';

/** wg0 with one peer whose last handshake was then. */
function wg0(handshake: number | undefined, fields: Partial<Peer> = {}, ofDevice: Partial<Device> = {}): Device[] {
  const lastHandshakeTime = handshake === undefined ? undefined : EPOCH + handshake * 1000;
  return [device([peer('a', { lastHandshakeTime, ...fields })], ofDevice)];
}

const viewOf = (frame: Frame): PeerView => frame.devices[0]!.peers[0]!;

const stateChange = (frame: Frame, reason: 'unanswered' | 'expired') =>
  ({
    type: 'peer.state.changed',
    time: frame.time,
    peer: viewOf(frame),
    devicePublicKey: keyOf('device'),
    from: 'active',
    to: 'stale',
    reason,
    firstHandshake: false,
  }) as const;

const spanOf = (history: SessionHistory): [number, number, unknown][] =>
  history.exportedSessions.map((span) => [startOf(span), endOf(span), span.attributes['wireguard.session.end.reason']]);

describe('a session', () => {
  it('lasts from one handshake to the next', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(undefined));
    history.scrape(15, wg0(10));
    for (let seconds = 30; seconds <= 120; seconds += 15) history.scrape(seconds, wg0(10));
    assert.deepEqual(spanOf(history), []);
    history.scrape(135, wg0(130));
    assert.deepEqual(spanOf(history), [[10, 130, 'renewed']]);
  });

  it('lasts 180 s at most, and is written with the scrape after', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(-20));
    for (let seconds = 15; seconds <= 150; seconds += 15) history.scrape(seconds, wg0(-20));
    assert.deepEqual(spanOf(history), []);
    history.scrape(165, wg0(-20));
    assert.deepEqual(spanOf(history), [[-20, 160, 'expired']]);
    history.scrape(400, wg0(395));
    history.scrape(590, wg0(395));
    assert.deepEqual(spanOf(history).slice(1), [[395, 575, 'expired']]);
    assert.deepEqual(history.exportedSessions[1]!.links, [], 'it renewed nothing');
  });

  it('does not count if it was over at the first scrape', () => {
    const history = new SessionHistory({ mode: 'all' });
    for (let seconds = 0; seconds <= 300; seconds += 15) history.scrape(seconds, wg0(-180));
    assert.deepEqual(history.spans, []);
  });

  for (const [what, devices] of [
    ['the peer', [device([])]],
    ['the device', []],
    ['the device, which is made anew', wg0(undefined, {}, { incarnation: '2' })],
    ['the handshake', wg0(undefined)],
  ] as const) {
    it(`ends when ${what} is gone`, () => {
      const history = new SessionHistory({ mode: 'all' });
      history.scrape(0, wg0(-5));
      history.scrape(15, devices);
      assert.deepEqual(spanOf(history), [[-5, 15, 'removed']]);
      history.scrape(30, devices);
      assert.equal(history.exportedSessions.length, 1);
    });
  }

  it('begins with a device that appears, once', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, []);
    history.scrape(15, wg0(10));
    history.scrape(30, wg0(10));
    history.scrape(195, wg0(10));
    assert.deepEqual(spanOf(history), [[10, 190, 'expired']]);
  });

  it('is a root span with what was seen of it', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(-5, { receiveBytes: 1000, transmitBytes: 10 }));
    history.scrape(15, wg0(-5, { receiveBytes: 1500, transmitBytes: 11, endpoint: '[2001:db8::1]:9' }));
    history.scrape(30, wg0(20, { receiveBytes: 9000, transmitBytes: 99, endpoint: '[2001:db8::1]:9' }));
    const span = history.exportedSessions[0]!;
    assert.equal(span.kind, SpanKind.INTERNAL);
    assert.equal(span.parentSpanContext, undefined);
    assert.deepEqual(span.attributes, {
      'network.interface.name': 'wg0',
      'wireguard.peer.id': peerId(keyOf('a')),
      'wireguard.tunnel.id': tunnelId(keyOf('device'), keyOf('a')),
      'wireguard.peer.endpoint.address': '2001:db8::1',
      'wireguard.peer.endpoint.port': 9,
      'wireguard.session.end.reason': 'renewed',
      'wireguard.session.receive.size': 500,
      'wireguard.session.transmit.size': 1,
    });
    assert.deepEqual(
      span.events.map(({ name, time }) => [name, time[0] - EPOCH / 1000]),
      [
        ['wireguard.peer.handshake', -5],
        ['wireguard.peer.endpoint.changed', 15],
      ],
    );
    assert.equal(span.events[0]!.attributes!['wireguard.peer.handshake.first'], undefined, 'nobody knows');
    assert.equal(span.status.code, SpanStatusCode.UNSET);
  });

  it('is an error only with evidence of failure in it', () => {
    for (const [reason, code, type] of [
      ['expired', SpanStatusCode.UNSET, undefined],
      ['unanswered', SpanStatusCode.ERROR, 'unanswered'],
    ] as const) {
      const history = new SessionHistory({ mode: 'all' });
      history.scrape(0, wg0(-5));
      history.scrape(15, wg0(-5), (frame) => [stateChange(frame, reason)]);
      history.scrape(180, wg0(-5));
      const [span] = history.exportedSessions;
      assert.equal(span!.status.code, code);
      assert.equal(span!.attributes['error.type'], type);
    }
  });

  it('links to the one that it renewed', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(-5));
    history.scrape(120, wg0(115));
    history.scrape(240, wg0(235));
    const [first, second] = history.exportedSessions;
    assert.deepEqual(first!.links, []);
    assert.deepEqual(
      second!.links.map(({ context: { traceId, spanId } }) => ({ traceId, spanId })),
      [idsOf(first!)],
    );
  });

  it('has at most 100 events, and says how many are missing', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(-5));
    for (let port = 1; port <= 150; port++) history.scrape(port, wg0(-5, { endpoint: `192.0.2.1:${port}` }));
    history.scrape(180, wg0(-5, { endpoint: '192.0.2.1:150' }));
    const [span] = history.exportedSessions;
    assert.equal(span!.events.length, 100);
    assert.equal(span!.events[0]!.name, 'wireguard.peer.handshake');
    assert.equal(span!.attributes['wireguard.events.dropped'], 150 - 99);
  });

  it('waits, while its device cannot be read, for what it will tell, and not for ever', () => {
    const unreadable = (frame: Frame, seconds: number): Frame => ({
      ...frame,
      time: EPOCH + seconds * 1000,
      monotonicTime: 1_000_000 + seconds * 1000,
      changes: [],
    });
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(-5));
    history.take(unreadable(history.frame!, 180));
    assert.deepEqual(spanOf(history), []);
    history.scrape(195, wg0(115));
    assert.deepEqual(spanOf(history), [[-5, 115, 'renewed']]);
    history.take(unreadable(history.frame!, 326));
    assert.deepEqual(spanOf(history)[1], [115, 295, 'expired']);
  });

  it('is neither repeated nor stretched by a step of the clock', () => {
    const history = new SessionHistory({ mode: 'all' });
    const step = (frame: Frame, seconds: number): Frame => ({
      ...frame,
      time: frame.time + seconds * 1000,
      changes: [],
    });
    history.scrape(0, wg0(-5));
    const first = history.frame!;
    history.take({ ...step(first, -3600), monotonicTime: first.monotonicTime + 90_000 });
    history.take({ ...step(first, -3500), monotonicTime: first.monotonicTime + 215_000 });
    assert.deepEqual(spanOf(history), [[-5, 175, 'expired']]);
    history.take({ ...step(first, 20), monotonicTime: first.monotonicTime + 230_000 });
    assert.equal(history.exportedSessions.length, 1);
  });
});

describe('ids of a session', () => {
  it('are the first bytes of a SHA-256', () => {
    const own = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    const other = 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=';
    assert.deepEqual(sessionIds(own, other, 1_795_000_000_999), {
      traceId: 'c5e11cc957d0ead3a974697815f2e79b',
      spanId: 'cfc9192aa631786b',
    });
  });

  it('are those of the span, and the same after a restart', () => {
    const one = new SessionHistory({ mode: 'all' });
    const other = new SessionHistory({ mode: 'all' });
    for (const history of [one, other]) {
      history.scrape(0, wg0(-5));
      history.scrape(60, wg0(-5));
      if (history === other) history.restart();
      history.scrape(75, wg0(-5));
      history.scrape(180, wg0(-5));
    }
    assert.deepEqual(one.exportedSessions.map(idsOf), [sessionIds(keyOf('device'), keyOf('a'), EPOCH - 5000)]);
    assert.deepEqual(other.exportedSessions.map(idsOf), one.exportedSessions.map(idsOf));
    assert.deepEqual(one.warnings, []);
  });

  it('are known before the span is', () => {
    const history = new SessionHistory({ mode: 'all' });
    const { series } = viewOf(history.scrape(0, wg0(-5)));
    const ids = history.sessions.current(series);
    history.scrape(180, wg0(-5));
    assert.deepEqual(history.exportedSessions.map(idsOf), [ids]);
    assert.equal(history.sessions.current(series), undefined);
  });
});

describe('changes', () => {
  const moved = { endpoint: '192.0.2.1:2' };

  it('outside of any session are on a span of the scrape', () => {
    const history = new SessionHistory({ mode: 'auto' });
    history.scrape(0, wg0(undefined));
    const frame = history.scrape(15, wg0(undefined, moved));
    const [span] = history.spans;
    assert.equal(span!.name, 'wireguard.scrape');
    assert.equal(span!.parentSpanContext, undefined);
    assert.deepEqual([startOf(span!), endOf(span!)], [0, 15]);
    assert.deepEqual(
      span!.events.map(({ name }) => name),
      ['wireguard.peer.endpoint.changed'],
    );
    assert.deepEqual(history.sessions.contextOf(frame.changes[0]!), idsOf(span!));
    history.scrape(30, wg0(undefined, moved));
    assert.equal(history.spans.length, 1);
  });

  it('that are alike are one event, and more than 100 are counted', () => {
    const peers = (count: number, port: number): Device[] => [
      device(Array.from({ length: count }, (_, index) => peer(`${index}`, { endpoint: `192.0.2.1:${port}` }))),
    ];
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, peers(30, 1));
    history.scrape(15, peers(30, 2));
    assert.deepEqual(
      history.spans[0]!.events.map(({ name, attributes }) => [name, attributes!['wireguard.summary.peers']]),
      [['wireguard.device.peers.changed', 30]],
    );
    const many = (frame: Frame) =>
      Array.from({ length: 120 }, () => ({ type: 'clock.step', time: frame.time, step: 1 }) as const);
    history.scrape(30, peers(30, 2), many);
    assert.equal(history.spans[1]!.events.length, 100);
    assert.equal(history.spans[1]!.attributes['wireguard.events.dropped'], 20);
  });

  it('have the ids of the session that they are in', () => {
    const history = new SessionHistory({ mode: 'all' });
    history.scrape(0, wg0(-5));
    const roamed = history.scrape(15, wg0(-5, moved));
    const inFirst = history.sessions.contextOf(roamed.changes[0]!);
    const renewed = history.scrape(120, wg0(115, moved));
    const inSecond = history.sessions.contextOf(renewed.changes[0]!);
    assert.equal(history.sessions.contextOf(roamed.changes[0]!), undefined, 'only those of the last frame');
    history.scrape(300, wg0(115, moved));
    assert.deepEqual(history.exportedSessions.map(idsOf), [inFirst, inSecond]);
  });

  it('of a peer that leaves are in its session', () => {
    const history = new SessionHistory({ mode: 'changes' });
    history.scrape(0, wg0(-5));
    const frame = history.scrape(15, [device([])]);
    const [span] = history.spans;
    assert.deepEqual(
      span!.events.map(({ name }) => name),
      ['wireguard.peer.handshake', 'wireguard.peer.removed'],
    );
    assert.deepEqual(history.sessions.contextOf(frame.changes[0]!), idsOf(span!));
  });
});
