import {
  SCOPE,
  Series,
  seriesAttributes,
  type Attributes,
  type Dimension,
  type Metric,
  type PointSink,
} from '@wgotel/core';
import { encodeAttributes, encodeLengthField, fixed64Tag, lengthTag, varintTag } from './wire.js';

/** One `ExportMetricsServiceRequest`. */
export interface EncodedRequest {
  readonly bytes: Buffer;
  readonly points: number;
}

/** A stock Collector refuses requests above 4 MiB, counted before compression. */
const REQUEST_LIMIT = 3.5 * 1024 * 1024;

/** Room for one more point and its length: attribute values are short and cut by whoever makes them. */
const LONGEST_POINT = 64 * 1024;

// Field numbers of opentelemetry-proto, metrics/v1/metrics.proto and collector/metrics/v1/metrics_service.proto.
const RESOURCE_METRICS = lengthTag(1);
const SCOPE_METRICS = lengthTag(2);
const METRICS = lengthTag(2);
const GAUGE = lengthTag(5);
const SUM = lengthTag(7);
const DATA_POINTS = lengthTag(1);
const START_TIME = fixed64Tag(2);
const TIME = fixed64Tag(3);
const AS_DOUBLE = fixed64Tag(4);
const AS_INT = fixed64Tag(6);
const ATTRIBUTES = 7;
const CUMULATIVE = Buffer.of(varintTag(2), 2);
const MONOTONIC = Buffer.of(varintTag(3), 1);

/** Bytes of a length that is filled in later: a varint stretched to this width is still a varint. */
const LENGTH_WIDTH = 4;

const encodedSeries = Series.renderer((series) => encodeAttributes(ATTRIBUTES, seriesAttributes(series)));
const NOTHING = Buffer.alloc(0);

/** Writes points as OTLP bytes, straight into one buffer. Attributes are encoded once in the life of a series, and a
 *  request ends before it gets too large for a Collector. */
export class MetricsEncoder implements PointSink {
  readonly #deliver: (request: EncodedRequest) => void;
  readonly #limit: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #resource: Buffer;
  readonly #scope: Buffer = encodeLengthField(
    1,
    Buffer.concat([encodeLengthField(1, SCOPE.name), encodeLengthField(2, SCOPE.version)]),
  );
  readonly #dimensions: Buffer[] = [];
  readonly #metrics = new Map<Metric, Buffer>();

  #at = 0;
  #points = 0;
  #metric: Metric | undefined;
  #isGauge = false;
  #isInt = false;
  /** Where the lengths of what is open go. -1: not open. */
  #resourceMetrics = -1;
  #scopeMetrics = -1;
  #openMetric = -1;
  #data = -1;

  /** @param deliver takes each request as it is done */
  constructor(resource: Attributes, deliver: (request: EncodedRequest) => void, limit: number = REQUEST_LIMIT) {
    this.#resource = encodeLengthField(1, encodeAttributes(1, resource));
    this.#deliver = deliver;
    this.#limit = limit;
    this.#bytes = Buffer.allocUnsafeSlow(limit + LONGEST_POINT);
    this.#view = new DataView(this.#bytes.buffer);
  }

  metric(metric: Metric): void {
    this.#endMetric();
    this.#metric = metric;
    this.#isGauge = metric.kind === 'gauge';
    this.#isInt = metric.valueType === 'int';
  }

  point(series: Series | undefined, dimension: Dimension, startTime: number, time: number, value: number): void {
    const own = series === undefined ? NOTHING : encodedSeries(series);
    const more = (this.#dimensions[dimension.index] ??= encodeAttributes(ATTRIBUTES, dimension.attributes));
    const length = own.length + more.length + (this.#isGauge ? 18 : 27);
    // 6: the tag and length of the point, and a few bytes to spare.
    if (this.#at + length + 6 > this.#limit && this.#points > 0) this.#endRequest();
    if (this.#openMetric === -1) this.#beginMetric();

    this.#bytes[this.#at++] = DATA_POINTS;
    this.#varint(length);
    if (!this.#isGauge) this.#time(START_TIME, startTime);
    this.#time(TIME, time);
    this.#value(value);
    this.#bytes.set(own, this.#at);
    this.#bytes.set(more, this.#at + own.length);
    this.#at += own.length + more.length;
    this.#points++;
  }

  /** Delivers what is left. */
  end(): void {
    this.#endMetric();
    if (this.#points > 0) this.#endRequest();
  }

  #beginMetric(): void {
    const metric = this.#metric!;
    if (this.#resourceMetrics === -1) {
      this.#resourceMetrics = this.#open(RESOURCE_METRICS);
      this.#copy(this.#resource);
      this.#scopeMetrics = this.#open(SCOPE_METRICS);
      this.#copy(this.#scope);
    }
    let head = this.#metrics.get(metric);
    if (head === undefined) {
      const { name, description, unit } = metric;
      head = Buffer.concat([encodeLengthField(1, name), encodeLengthField(2, description), encodeLengthField(3, unit)]);
      this.#metrics.set(metric, head);
    }
    this.#openMetric = this.#open(METRICS);
    this.#copy(head);
    this.#data = this.#open(this.#isGauge ? GAUGE : SUM);
    if (!this.#isGauge) this.#copy(CUMULATIVE);
    if (metric.kind === 'counter') this.#copy(MONOTONIC);
  }

  #endMetric(): void {
    if (this.#openMetric === -1) return;
    this.#close(this.#data);
    this.#close(this.#openMetric);
    this.#openMetric = -1;
  }

  #endRequest(): void {
    this.#endMetric();
    this.#close(this.#scopeMetrics);
    this.#close(this.#resourceMetrics);
    const request = { bytes: Buffer.from(this.#bytes.subarray(0, this.#at)), points: this.#points };
    this.#resourceMetrics = -1;
    this.#at = 0;
    this.#points = 0;
    this.#deliver(request);
  }

  /** Begins a message whose length is not known yet. */
  #open(tag: number): number {
    this.#bytes[this.#at] = tag;
    const lengthAt = this.#at + 1;
    this.#at = lengthAt + LENGTH_WIDTH;
    return lengthAt;
  }

  #close(lengthAt: number): void {
    let length = this.#at - lengthAt - LENGTH_WIDTH;
    for (let i = 0; i < LENGTH_WIDTH; i++) {
      this.#bytes[lengthAt + i] = i === LENGTH_WIDTH - 1 ? length : (length & 127) | 128;
      length >>>= 7;
    }
  }

  #copy(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.#at++] = (rest & 127) | 128;
    this.#bytes[this.#at++] = rest;
  }

  /** Nanoseconds are beyond what a double holds exactly, so the halves of the number are worked out apart. */
  #time(tag: number, millis: number): void {
    const whole = Math.floor(millis);
    const upper = Math.floor(whole / 65536) * 1e6;
    const lower = (upper % 65536) * 65536 + (whole % 65536) * 1e6 + Math.round((millis - whole) * 1e6);
    const view = this.#view;
    this.#bytes[this.#at] = tag;
    view.setUint32(this.#at + 1, lower % 4294967296, true);
    view.setUint32(this.#at + 5, Math.floor(upper / 65536) + Math.floor(lower / 4294967296), true);
    this.#at += 9;
  }

  #value(value: number): void {
    const view = this.#view;
    if (this.#isInt) {
      this.#bytes[this.#at] = AS_INT;
      view.setUint32(this.#at + 1, value % 4294967296, true);
      view.setUint32(this.#at + 5, Math.floor(value / 4294967296), true);
    } else {
      this.#bytes[this.#at] = AS_DOUBLE;
      view.setFloat64(this.#at + 1, value, true);
    }
    this.#at += 9;
  }
}
