import type { PeerView, Totals } from '../state/frame.js';
import { dimension, PLAIN, type Attributes, type Dimension } from './attributes.js';
import type { MetricAttribute, MetricDefinition } from './metric.js';
import type { PointSink } from './point-sink.js';
import type { Series } from '../state/series.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_NETWORK_INTERFACE_NAME,
  ATTR_NETWORK_IO_DIRECTION,
  ATTR_OTEL_METRIC_OVERFLOW,
  ATTR_PEER_ENDPOINT_CHANGE_TYPE,
  ATTR_PEER_ID,
  ATTR_PEER_NAME,
  ATTR_PEER_STATE,
} from './names.js';

/** A dimension of single peers, and the same for folded ones. */
interface Split {
  readonly own: Dimension;
  readonly folded: Dimension;
}

const split = (attributes: Attributes): Split => ({
  own: Object.keys(attributes).length === 0 ? PLAIN : dimension(attributes),
  folded: dimension({ ...attributes, [ATTR_OTEL_METRIC_OVERFLOW]: true }),
});

/** Makes and remembers a dimension for each value that an attribute takes. */
function splitBy(attribute: string): (value: string) => Split {
  const known = new Map<string, Split>();
  return (value) => {
    let found = known.get(value);
    if (found === undefined) known.set(value, (found = split({ [attribute]: value })));
    return found;
  };
}

const ALL = split({});
const RECEIVE = split({ [ATTR_NETWORK_IO_DIRECTION]: 'receive' });
const TRANSMIT = split({ [ATTR_NETWORK_IO_DIRECTION]: 'transmit' });
const byState = splitBy(ATTR_PEER_STATE);
const byErrorType = splitBy(ATTR_ERROR_TYPE);
const byChangeType = splitBy(ATTR_PEER_ENDPOINT_CHANGE_TYPE);

type Side = keyof Split;
type TotalsPoints = (totals: Totals, series: Series, side: Side, sink: PointSink, time: number) => void;

/** A metric of running totals: of single peers, and of the folded ones together. */
function ofTotals(points: TotalsPoints): Pick<Extract<MetricDefinition, { of: 'peer' }>, 'of' | 'points' | 'folded'> {
  return {
    of: 'peer',
    points: ({ totals, series }, sink, time) => points(totals, series, 'own', sink, time),
    folded: ({ overflow, series }, sink, time) => overflow && points(overflow.totals, series, 'folded', sink, time),
  };
}

const keysOf = <K extends string>(counts: Readonly<Partial<Record<K, number>>>): K[] => Object.keys(counts) as K[];

/** 1 and 0 are what an alert can be built on, so a peer that nobody waits for has no value. */
function peerUp({ state }: PeerView): number | undefined {
  return state === 'active' ? 1 : state === 'stale' ? 0 : undefined;
}

const required = (name: string): MetricAttribute => ({ name, required: true });
const recommended = (name: string): MetricAttribute => ({ name, required: false });
const OF_DEVICE = [required(ATTR_NETWORK_INTERFACE_NAME)];
const OF_PEER = [...OF_DEVICE, recommended(ATTR_PEER_ID), recommended(ATTR_PEER_NAME)];

/** Every metric. To add one, add a row; names, units and meaning are documented in docs/metrics.md. */
export const METRICS: readonly MetricDefinition[] = [
  {
    name: 'wireguard.device.up',
    kind: 'gauge',
    unit: '1',
    description: '1 if the device is there and up, 0 if it is gone or down. No point while it cannot be read.',
    valueType: 'int',
    enabled: true,
    attributes: OF_DEVICE,
    of: 'device',
    points: ({ series, up }, sink, time) => up !== undefined && sink.point(series, PLAIN, 0, time, up),
  },
  {
    name: 'wireguard.device.scrape.errors',
    kind: 'counter',
    unit: '{error}',
    description: 'Failures to read WireGuard, by kind.',
    valueType: 'int',
    enabled: true,
    attributes: [...OF_DEVICE, recommended(ATTR_ERROR_TYPE)],
    of: 'error',
    points: ({ series, type, startTime, value }, sink, time) =>
      sink.point(series, byErrorType(type).own, startTime, time, value),
  },
  {
    name: 'wireguard.peer.count',
    kind: 'updowncounter',
    unit: '{peer}',
    description: 'Peers of the device, by state.',
    valueType: 'int',
    enabled: true,
    attributes: [...OF_DEVICE, recommended(ATTR_PEER_STATE)],
    of: 'device',
    points: ({ series, peerCounts, configChanges }, sink, time) => {
      for (const state of ['active', 'stale', 'never', 'idle'] as const) {
        sink.point(series, byState(state).own, configChanges.startTime, time, peerCounts[state]);
      }
    },
  },
  {
    name: 'wireguard.peer.io',
    kind: 'counter',
    unit: 'By',
    description: 'Bytes exchanged with the peer, handshakes and keepalives included.',
    valueType: 'int',
    enabled: true,
    attributes: [...OF_PEER, required(ATTR_NETWORK_IO_DIRECTION)],
    of: 'peer',
    points: ({ series, peer, ioBase }, sink, time) => {
      sink.point(series, RECEIVE.own, ioBase.startTime, time, peer.receiveBytes - ioBase.receive);
      sink.point(series, TRANSMIT.own, ioBase.startTime, time, peer.transmitBytes - ioBase.transmit);
    },
    folded: ({ series, overflow }, sink, time) => {
      if (overflow === undefined) return;
      sink.point(series, RECEIVE.folded, overflow.io.startTime, time, overflow.io.receive);
      sink.point(series, TRANSMIT.folded, overflow.io.startTime, time, overflow.io.transmit);
    },
  },
  {
    name: 'wireguard.peer.last_handshake.timestamp',
    kind: 'gauge',
    unit: 's',
    description: 'Unix time of the last handshake with the peer. No point if there was none.',
    valueType: 'double',
    enabled: true,
    attributes: OF_PEER,
    of: 'peer',
    points: ({ series, peer }, sink, time) =>
      peer.lastHandshakeTime !== undefined && sink.point(series, PLAIN, 0, time, peer.lastHandshakeTime / 1000),
  },
  {
    name: 'wireguard.peer.up',
    kind: 'gauge',
    unit: '1',
    description: '1 if the peer is active, 0 if it ought to be and is not. No point for peers nobody waits for.',
    valueType: 'int',
    enabled: true,
    attributes: OF_PEER,
    of: 'peer',
    points: (view, sink, time) => {
      const up = peerUp(view);
      if (up !== undefined) sink.point(view.series, PLAIN, 0, time, up);
    },
  },
  {
    name: 'wireguard.peer.handshakes',
    kind: 'counter',
    unit: '{handshake}',
    description: 'Handshakes with the peer, as far as seen from scrape to scrape: a lower bound.',
    valueType: 'int',
    enabled: true,
    attributes: OF_PEER,
    ...ofTotals((totals, series, side, sink, time) =>
      sink.point(series, ALL[side], totals.startTime, time, totals.handshakes),
    ),
  },
  {
    name: 'wireguard.peer.endpoint.changes',
    kind: 'counter',
    unit: '{change}',
    description: "Changes of the peer's endpoint, by what changed. No point for a kind that never occurred.",
    valueType: 'int',
    enabled: true,
    attributes: [...OF_PEER, recommended(ATTR_PEER_ENDPOINT_CHANGE_TYPE)],
    ...ofTotals(({ endpointChanges, startTime }, series, side, sink, time) => {
      for (const type of keysOf(endpointChanges)) {
        sink.point(series, byChangeType(type)[side], startTime, time, endpointChanges[type]!);
      }
    }),
  },
  {
    name: 'wireguard.peer.handshake.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts at a handshake with the peer; those that failed carry error.type. A lower bound.',
    valueType: 'int',
    enabled: true,
    attributes: [...OF_PEER, recommended(ATTR_ERROR_TYPE)],
    ...ofTotals(({ handshakes, failedAttempts, startTime }, series, side, sink, time) => {
      if (handshakes > 0) sink.point(series, ALL[side], startTime, time, handshakes);
      for (const type of keysOf(failedAttempts)) {
        sink.point(series, byErrorType(type)[side], startTime, time, failedAttempts[type]!);
      }
    }),
  },
  {
    name: 'wireguard.device.config.changes',
    kind: 'counter',
    unit: '{change}',
    description: 'Changes of configuration: of the device itself, and of peers added, removed or set otherwise.',
    valueType: 'int',
    enabled: true,
    attributes: OF_DEVICE,
    of: 'device',
    points: ({ series, configChanges }, sink, time) =>
      sink.point(series, PLAIN, configChanges.startTime, time, configChanges.value),
  },
  {
    name: 'wireguard.peer.persistent_keepalive.interval',
    kind: 'gauge',
    unit: 's',
    description: 'Interval of the keepalives that this end sends to the peer. No point if it sends none.',
    valueType: 'int',
    enabled: false,
    attributes: OF_PEER,
    of: 'peer',
    points: ({ series, peer }, sink, time) =>
      peer.persistentKeepaliveInterval !== undefined &&
      sink.point(series, PLAIN, 0, time, peer.persistentKeepaliveInterval),
  },
  {
    name: 'wireguard.peer.allowed_ip.count',
    kind: 'gauge',
    unit: '{prefix}',
    description: 'Prefixes that are routed to the peer.',
    valueType: 'int',
    enabled: false,
    attributes: OF_PEER,
    of: 'peer',
    points: ({ series, peer }, sink, time) => sink.point(series, PLAIN, 0, time, peer.allowedIPs.length),
  },
];
