import type { EndpointChange, FailedAttempt, PeerView, Totals } from '../state/frame.js';
import { dimension, PLAIN, type Attributes, type Dimension } from './attributes.js';
import { METADATA, type MetricName } from './metadata.js';
import type { Metric, MetricDefinition } from './metric.js';
import type { PointSink } from './point-sink.js';
import type { Series } from '../state/series.js';
import {
  ATTR_ERROR_TYPE,
  ATTR_NETWORK_IO_DIRECTION,
  ATTR_OTEL_METRIC_OVERFLOW,
  ATTR_PEER_ENDPOINT_CHANGE_TYPE,
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
function ofTotals(
  points: TotalsPoints,
): Pick<Extract<MetricDefinition, { of: 'peer' }>, 'of' | 'points' | 'folded' | 'part'> {
  return {
    of: 'peer',
    part: ({ totals }) => totals,
    points: ({ totals, series }, sink, time) => points(totals, series, 'own', sink, time),
    folded: ({ overflow, series }, sink, time) => overflow && points(overflow.totals, series, 'folded', sink, time),
  };
}

/** 1 and 0 are what an alert can be built on, so a peer that nobody waits for has no value. */
function peerUp({ state }: PeerView): number | undefined {
  return state === 'active' ? 1 : state === 'stale' ? 0 : undefined;
}

/** What metadata.yaml says of a metric. */
const described = (name: MetricName): Metric => ({ name, ...METADATA[name] });

/** Every metric: how its points are found. To add one, describe it in metadata.yaml, run `npm run generate`, and add a row;
 *  docs/metrics.md says more about each. */
export const METRICS: readonly MetricDefinition[] = [
  {
    ...described('wireguard.device.up'),
    of: 'device',
    points: ({ series, up }, sink, time) => up !== undefined && sink.point(series, PLAIN, 0, time, up),
  },
  {
    ...described('wireguard.device.scrape.errors'),
    of: 'error',
    points: ({ series, type, startTime, value }, sink, time) =>
      sink.point(series, byErrorType(type).own, startTime, time, value),
  },
  {
    ...described('wireguard.peer.count'),
    of: 'device',
    points: ({ series, peerCounts, configChanges }, sink, time) => {
      for (const state of ['active', 'stale', 'never', 'idle'] as const) {
        sink.point(series, byState(state).own, configChanges.startTime, time, peerCounts[state]);
      }
    },
  },
  {
    ...described('wireguard.peer.io'),
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
    ...described('wireguard.peer.last_handshake.timestamp'),
    of: 'peer',
    part: ({ peer }) => peer.lastHandshakeTime,
    points: ({ series, peer }, sink, time) =>
      peer.lastHandshakeTime !== undefined && sink.point(series, PLAIN, 0, time, peer.lastHandshakeTime / 1000),
  },
  {
    ...described('wireguard.peer.up'),
    of: 'peer',
    part: peerUp,
    points: (view, sink, time) => {
      const up = peerUp(view);
      if (up !== undefined) sink.point(view.series, PLAIN, 0, time, up);
    },
  },
  {
    ...described('wireguard.peer.handshakes'),
    ...ofTotals((totals, series, side, sink, time) =>
      sink.point(series, ALL[side], totals.startTime, time, totals.handshakes),
    ),
  },
  {
    ...described('wireguard.peer.endpoint.changes'),
    ...ofTotals(({ endpointChanges, startTime }, series, side, sink, time) => {
      // `in` makes no list of the keys.
      for (const type in endpointChanges) {
        sink.point(series, byChangeType(type)[side], startTime, time, endpointChanges[type as EndpointChange]!);
      }
    }),
  },
  {
    ...described('wireguard.peer.handshake.attempts'),
    ...ofTotals(({ handshakes, failedAttempts, startTime }, series, side, sink, time) => {
      if (handshakes > 0) sink.point(series, ALL[side], startTime, time, handshakes);
      for (const type in failedAttempts) {
        sink.point(series, byErrorType(type)[side], startTime, time, failedAttempts[type as FailedAttempt]!);
      }
    }),
  },
  {
    ...described('wireguard.device.config.changes'),
    of: 'device',
    points: ({ series, configChanges }, sink, time) =>
      sink.point(series, PLAIN, configChanges.startTime, time, configChanges.value),
  },
  {
    ...described('wireguard.device.config.drift'),
    of: 'device',
    points: ({ series, drift }, sink, time) => drift && sink.point(series, PLAIN, 0, time, drift.differences.length),
  },
  {
    ...described('wireguard.peer.endpoint.name.mismatch'),
    of: 'device',
    points: ({ drift }, sink, time) => {
      for (const { series, moved } of drift?.endpointNames ?? []) sink.point(series, PLAIN, 0, time, Number(moved));
    },
  },
  {
    ...described('wireguard.peer.persistent_keepalive.interval'),
    of: 'peer',
    part: ({ peer }) => peer.persistentKeepaliveInterval,
    points: ({ series, peer }, sink, time) =>
      peer.persistentKeepaliveInterval !== undefined &&
      sink.point(series, PLAIN, 0, time, peer.persistentKeepaliveInterval),
  },
  {
    ...described('wireguard.peer.allowed_ip.count'),
    of: 'peer',
    part: ({ peer }) => peer.allowedIPs.length,
    points: ({ series, peer }, sink, time) => sink.point(series, PLAIN, 0, time, peer.allowedIPs.length),
  },
];
