import {
  SCOPE,
  Series,
  seriesAttributes,
  type Attributes,
  type Dimension,
  type Metric,
  type PointSink,
} from '@wgotel/core';
import { BufferPool } from './buffer-pool.js';
import { PointBuffer } from './point-buffer.js';
import { REQUEST_LIMIT, type EncodedRequest } from './request.js';
import { encodeAttributes, encodeLengthField, encodeLengthHead, totalLength, varintTag } from './wire.js';

/** More than the tags and lengths around one level of a message take. */
const FRAMING = 12;

// Field numbers of opentelemetry-proto, metrics/v1/metrics.proto and collector/metrics/v1/metrics_service.proto.
const RESOURCE_METRICS = 1;
const SCOPE_METRICS = 2;
const METRICS = 2;
const GAUGE = 5;
const SUM = 7;
const ATTRIBUTES = 7;
const CUMULATIVE = Buffer.of(varintTag(2), 2);
const MONOTONIC = Buffer.of(varintTag(3), 1);

const NOTHING = Buffer.alloc(0);
const encodedSeries = Series.renderer((series) => encodeAttributes(ATTRIBUTES, seriesAttributes(series)));
const encodedScope = encodeLengthField(
  1,
  Buffer.concat([encodeLengthField(1, SCOPE.name), encodeLengthField(2, SCOPE.version)]),
);

/** Writes points as OTLP bytes. Attributes are encoded once in the life of a series, and a request ends before it gets
 *  too large for a Collector. */
export class MetricsEncoder implements PointSink {
  readonly #deliver: (request: EncodedRequest) => void;
  readonly #limit: number;
  readonly #resource: Buffer;
  readonly #pool = new BufferPool();
  readonly #dimensions: Buffer[] = [];
  readonly #buffers = new Map<Metric, PointBuffer>();
  #current: PointBuffer | undefined;
  /** Of the request so far, everything around the points included. */
  #size = 0;
  #points = 0;

  /** @param deliver takes each request as it is done */
  constructor(resource: Attributes, deliver: (request: EncodedRequest) => void, limit: number = REQUEST_LIMIT) {
    this.#resource = encodeLengthField(1, encodeAttributes(1, resource));
    this.#deliver = deliver;
    this.#limit = limit;
  }

  metric(metric: Metric): void {
    this.#current = this.#buffers.get(metric);
    if (this.#current !== undefined) return;
    const { name, description, unit } = metric;
    const head = Buffer.concat([
      encodeLengthField(1, name),
      encodeLengthField(2, description),
      encodeLengthField(3, unit),
    ]);
    this.#current = new PointBuffer(metric, head);
    this.#buffers.set(metric, this.#current);
  }

  point(series: Series | undefined, dimension: Dimension, startTime: number, time: number, value: number): void {
    const own = series === undefined ? NOTHING : encodedSeries(series);
    const more = (this.#dimensions[dimension.index] ??= encodeAttributes(ATTRIBUTES, dimension.attributes));
    const buffer = this.#current!;
    const size = buffer.sizeOf(own, more);
    if (this.#points > 0 && this.#size + size + this.#overhead(buffer) > this.#limit) this.#endRequest();
    this.#size += size + this.#overhead(buffer);
    buffer.append(own, more, startTime, time, value);
    this.#points++;
  }

  /** Delivers what is left. */
  end(): void {
    if (this.#points > 0) this.#endRequest();
  }

  /** What the first point of a metric, and of a request, brings with it. */
  #overhead(buffer: PointBuffer): number {
    const ofMetric = buffer.isEmpty ? buffer.head.length + 3 * FRAMING : 0;
    return this.#points > 0 ? ofMetric : ofMetric + this.#resource.length + encodedScope.length + 2 * FRAMING;
  }

  #endRequest(): void {
    const metrics: Uint8Array[] = [];
    for (const buffer of this.#buffers.values()) if (!buffer.isEmpty) metrics.push(...encodeMetric(buffer));
    const scopeMetrics = [encodedScope, ...metrics];
    const resourceMetrics = [this.#resource, encodeLengthHead(SCOPE_METRICS, scopeMetrics), ...scopeMetrics];
    const request = this.#assemble([encodeLengthHead(RESOURCE_METRICS, resourceMetrics), ...resourceMetrics]);
    for (const buffer of this.#buffers.values()) buffer.clear();
    this.#size = 0;
    this.#points = 0;
    this.#deliver(request);
  }

  #assemble(pieces: readonly Uint8Array[]): EncodedRequest {
    const length = totalLength(pieces);
    const buffer = this.#pool.take(length);
    let at = 0;
    for (const piece of pieces) {
      buffer.set(piece, at);
      at += piece.length;
    }
    return { bytes: buffer.subarray(0, length), items: this.#points, release: () => this.#pool.giveBack(buffer) };
  }
}

/** A `Metric` in pieces. */
function encodeMetric({ metric, head, bytes }: PointBuffer): Uint8Array[] {
  const isGauge = metric.kind === 'gauge';
  const data = isGauge ? [bytes] : [CUMULATIVE, ...(metric.kind === 'counter' ? [MONOTONIC] : []), bytes];
  const pieces = [head, encodeLengthHead(isGauge ? GAUGE : SUM, data), ...data];
  return [encodeLengthHead(METRICS, pieces), ...pieces];
}
