import type { MetricsRequest, NumberPoint } from './otlp.js';

/** A running total as it arrived. Times are in milliseconds since the epoch. */
export interface Sum {
  readonly startTime: number;
  readonly time: number;
  readonly value: number;
  /** Per second, since it last arrived. `undefined`: it is the first of its kind. */
  readonly rate?: number | undefined;
}

/** What arrived about a peer. */
export interface PeerRow {
  readonly id: string;
  readonly device: string;
  received?: Sum;
  sent?: Sum;
  /** 1 or 0. Absent: nobody waits for the peer. */
  up?: number;
  /** In seconds since the epoch. Absent: there was no handshake. */
  handshakeTime?: number;
  moves: number;
}

/** Gathers the points of one request by peer; `before` is what the request before gave. */
export function peerRows(request: MetricsRequest, before: ReadonlyMap<string, PeerRow>): Map<string, PeerRow> {
  const rows = new Map<string, PeerRow>();
  for (const { name, sum, gauge } of allMetrics(request)) {
    for (const point of (sum ?? gauge)?.dataPoints ?? []) {
      const attributes = new Map(point.attributes.map(({ key, value }) => [key, value?.stringValue ?? '']));
      const id = attributes.get('wireguard.peer.id');
      if (id === undefined) continue;
      const device = attributes.get('network.interface.name') ?? '';
      const key = `${device} ${id}`;
      const row = rows.get(key) ?? { id, device, moves: 0 };
      rows.set(key, row);
      put(row, name, attributes, point, before.get(key));
    }
  }
  return rows;
}

function put(
  row: PeerRow,
  metric: string,
  attributes: ReadonlyMap<string, string>,
  point: NumberPoint,
  before: PeerRow | undefined,
): void {
  const value = Number(point.asDouble ?? String(point.asInt));
  switch (metric) {
    case 'wireguard.peer.io':
      if (attributes.get('network.io.direction') === 'receive') row.received = toSum(point, value, before?.received);
      else row.sent = toSum(point, value, before?.sent);
      break;
    case 'wireguard.peer.up':
      row.up = value;
      break;
    case 'wireguard.peer.last_handshake.timestamp':
      row.handshakeTime = value;
      break;
    case 'wireguard.peer.endpoint.changes':
      if (attributes.get('wireguard.peer.endpoint.change.type') !== 'first') row.moves += value;
      break;
    default:
  }
}

function allMetrics({
  resourceMetrics,
}: MetricsRequest): MetricsRequest['resourceMetrics'][0]['scopeMetrics'][0]['metrics'] {
  return resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
}

/** A total with another start time than before began anew at 0 then. */
function toSum(point: NumberPoint, value: number, before: Sum | undefined): Sum {
  const startTime = toMillis(point.startTimeUnixNano);
  const time = toMillis(point.timeUnixNano);
  if (before === undefined) return { startTime, time, value };
  const since = before.startTime === startTime ? before : { time: startTime, value: 0 };
  return { startTime, time, value, rate: time > since.time ? ((value - since.value) * 1000) / (time - since.time) : 0 };
}

function toMillis(nanoseconds: unknown): number {
  return Number(String(nanoseconds)) / 1e6;
}
