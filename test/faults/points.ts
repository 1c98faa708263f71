import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { decodeMetrics, type DecodedPoint } from '../support/otlp.js';

const decoded = new WeakMap<Buffer, readonly DecodedPoint[]>();

/** The points of requests. Each request is decoded once, however often it is asked for. */
function pointsIn(requests: readonly Buffer[]): readonly DecodedPoint[] {
  return requests.flatMap((request) => {
    const points = decoded.get(request) ?? decodeMetrics(request);
    decoded.set(request, points);
    return points;
  });
}

/** The scrapes that requests are of: times of a device's state, each once. Checks that they came in order. */
export function scrapesIn(requests: readonly Buffer[], device = 'wg0'): string[] {
  const points = pointsIn(requests).filter(({ metric }) => metric === 'wireguard.peer.count');
  const times = points.filter(({ attributes }) => Object.values(attributes).includes(device)).map(({ time }) => time);
  return inOrder(times);
}

/** Times without those that came again; the first of each must be in order. */
export function inOrder<T extends string | number>(times: readonly T[]): T[] {
  const once = [...new Set(times)];
  assert.deepEqual(
    once,
    once.toSorted((a, b) => Number(a) - Number(b)),
    'scrapes came out of order',
  );
  return once;
}

/** What was counted last, of errors of one kind. Absent: nothing. */
export function errorsIn(requests: readonly Buffer[], code: string): number {
  const points = pointsIn(requests).filter(({ metric }) => metric === 'wireguard.device.scrape.errors');
  const last = points.findLast(({ attributes }) => attributes['error.type'] === code.toLowerCase());
  return Number(last?.value.replace('int ', '') ?? 0);
}

/** Checks that what was sent can be believed: in each series time only goes forward, and a sum falls only where it begins anew.
 *  Returns how many sums there were. */
export async function assertPlausible(requests: readonly Buffer[]): Promise<number> {
  const lastOf = new Map<string, DecodedPoint>();
  const sums = new Set<string>();
  for (const request of requests) {
    for (const point of decodeMetrics(request)) {
      const series = `${point.metric} ${JSON.stringify(Object.entries(point.attributes))}`;
      const last = lastOf.get(series);
      lastOf.set(series, point);
      if (point.isMonotonic) sums.add(series);
      if (last !== undefined) assertFollows(series, last, point);
    }
    // Servers of other rows are in this process too.
    await setImmediate();
  }
  return sums.size;
}

function assertFollows(series: string, last: DecodedPoint, point: DecodedPoint): void {
  assert.ok(BigInt(point.time) >= BigInt(last.time), `${series} goes back in time`);
  if (!point.isMonotonic || point.startTime !== last.startTime) return;
  const [before, value] = [last, point].map((one) => BigInt(one.value.replace('int ', '')));
  assert.ok(value! >= before!, `${series} falls from ${before} to ${value} without beginning anew`);
}
