import type { OtlpAttribute, OtlpLogRecord, OtlpRequest, OtlpSpan } from './otlp-json.js';

const SECOND = 1_000_000_000n;
const start = BigInt(Math.floor(Date.now() / 1000) - 400) * SECOND;
const at = (seconds: number): string => String(start + BigInt(seconds) * SECOND);

/** What `wireguard.peer.id` and `wireguard.tunnel.id` are in the example. */
export const PEER_ID = '57ca9d3f0b6e21a4';
export const TUNNEL_ID = '0f2c88e91d5b7a36';

const tunnel = { 'network.interface.name': 'wg0', 'wireguard.peer.id': PEER_ID, 'wireguard.tunnel.id': TUNNEL_ID };
const session = { name: 'wireguard.session', kind: 1 };

/** A session that was renewed. */
export const renewed: OtlpSpan = {
  ...session,
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId: 'eee19b7ec3c1b174',
  startTimeUnixNano: at(0),
  endTimeUnixNano: at(120),
  attributes: attributes(tunnel),
  events: [{ name: 'wireguard.peer.handshake', timeUnixNano: at(0), attributes: attributes(tunnel) }],
};

/** The session after it: it went stale. */
export const failed: OtlpSpan = {
  ...session,
  traceId: '1f0c6b1e9a5d4c83b7e2d90f64a8133c',
  spanId: '6d2f9a10b4c7e853',
  startTimeUnixNano: at(120),
  endTimeUnixNano: at(300),
  attributes: attributes({ ...tunnel, 'error.type': 'unanswered' }),
  events: [
    { name: 'wireguard.peer.handshake', timeUnixNano: at(120), attributes: attributes(tunnel) },
    {
      name: 'wireguard.peer.state.changed',
      timeUnixNano: at(200),
      attributes: attributes({ ...tunnel, 'wireguard.peer.state': 'stale', 'wireguard.peer.previous.state': 'active' }),
    },
    {
      name: 'wireguard.peer.endpoint.flapping',
      timeUnixNano: at(210),
      attributes: attributes({ ...tunnel, 'wireguard.peer.flapping.phase': 'start' }),
    },
  ],
  links: [{ traceId: renewed.traceId, spanId: renewed.spanId }],
  status: { code: 2 },
};

/** The session as the other end of the tunnel sees it, where the peer is this end. */
export const otherEnd: OtlpSpan = {
  ...session,
  traceId: 'c4a7720e6b9f4d15a8e3b06d92f1574e',
  spanId: 'b93c5e0f7a2d4861',
  startTimeUnixNano: at(120),
  endTimeUnixNano: at(300),
  attributes: attributes({ ...tunnel, 'wireguard.peer.id': '9b04e7d2a1c85f36' }),
};

/** A request of an application through the tunnel meanwhile, 3 s long. */
export const request: OtlpSpan = {
  name: 'GET',
  kind: 3,
  traceId: '93e1bb4402d84f2f8a6f0c7d5e1a2b47',
  spanId: '27b8d1a3f05c49e6',
  startTimeUnixNano: at(201),
  endTimeUnixNano: at(204),
  attributes: attributes(tunnel),
  links: [{ traceId: failed.traceId, spanId: failed.spanId }],
};

/** The same change as a log record. */
export const stale: OtlpLogRecord = {
  timeUnixNano: at(200),
  severityNumber: 13,
  eventName: 'wireguard.peer.state.changed',
  body: { stringValue: 'wg0 peer of the example is stale' },
  attributes: failed.events?.[1]?.attributes ?? [],
  traceId: failed.traceId,
  spanId: failed.spanId,
};

/** The spans as the agents and an application send them. */
export const spans: OtlpRequest = {
  resourceSpans: [
    { ...from('wgotel', 'hub'), scopeSpans: [{ scope: { name: '@wgotel/core' }, spans: [renewed, failed] }] },
    { ...from('wgotel', 'branch'), scopeSpans: [{ scope: { name: '@wgotel/core' }, spans: [otherEnd] }] },
    { ...from('shop', 'hub'), scopeSpans: [{ scope: { name: 'http' }, spans: [request] }] },
  ],
};

/** Sessions as many as asked for, each a little over 1000 bytes long. */
export function manySessions(count: number): OtlpRequest {
  const many = Array.from({ length: count }, (_, index) => ({
    ...renewed,
    spanId: index.toString(16).padStart(16, '1'),
    attributes: attributes({ ...tunnel, 'wireguard.peer.name': 'x'.repeat(1000) }),
  }));
  return {
    resourceSpans: [{ ...from('wgotel', 'hub'), scopeSpans: [{ scope: { name: '@wgotel/core' }, spans: many }] }],
  };
}

/** The event as the agent sends it. */
export const events: OtlpRequest = {
  resourceLogs: [{ ...from('wgotel', 'hub'), scopeLogs: [{ scope: { name: '@wgotel/core' }, logRecords: [stale] }] }],
};

function from(service: string, host: string): { resource: { attributes: OtlpAttribute[] } } {
  return { resource: { attributes: attributes({ 'service.name': service, 'host.name': host }) } };
}

function attributes(values: Readonly<Record<string, string>>): OtlpAttribute[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}
