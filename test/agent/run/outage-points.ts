import type { SeenPoint } from '../../support/outage.js';
import { decodeMetrics } from '../../support/otlp.js';

/** The points of a request. */
export function pointsOf(request: Buffer): SeenPoint[] {
  return decodeMetrics(request).map(({ metric, attributes, time, value }) => ({
    metric,
    attributes,
    time: BigInt(time),
    value: Number(value.split(' ')[1]),
  }));
}
