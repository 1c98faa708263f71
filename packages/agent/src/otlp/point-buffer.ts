import type { Metric } from '@wgotel/core';
import { fixed64Tag, lengthTag } from './wire.js';

// Field numbers of opentelemetry-proto, metrics/v1/metrics.proto.
const DATA_POINTS = lengthTag(1);
const START_TIME = fixed64Tag(2);
const TIME = fixed64Tag(3);
const AS_DOUBLE = fixed64Tag(4);
const AS_INT = fixed64Tag(6);

/** A tag and eight bytes. */
const FIXED64_SIZE = 9;
const TWO_TO_32 = 2 ** 32;

/** Gathers the encoded `NumberDataPoint`s of one metric: the hot path of the agent. */
export class PointBuffer {
  readonly metric: Metric;
  /** The encoded name, description and unit. */
  readonly head: Buffer;
  readonly #isGauge: boolean;
  readonly #valueTag: number;
  #buffer: Buffer = Buffer.allocUnsafeSlow(4096);
  #view: DataView = new DataView(this.#buffer.buffer);
  #length = 0;

  constructor(metric: Metric, head: Buffer) {
    this.metric = metric;
    this.head = head;
    this.#isGauge = metric.kind === 'gauge';
    this.#valueTag = metric.valueType === 'int' ? AS_INT : AS_DOUBLE;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Valid until the next {@link append}. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** At most this many bytes are taken by a point with these encoded attributes. */
  sizeOf(own: Uint8Array, more: Uint8Array): number {
    // 6: the tag and the longest length.
    return own.length + more.length + 3 * FIXED64_SIZE + 6;
  }

  append(own: Uint8Array, more: Uint8Array, startTime: number, time: number, value: number): void {
    while (this.#length + this.sizeOf(own, more) > this.#buffer.length) this.#grow();
    const buffer = this.#buffer;
    const view = this.#view;
    let at = this.#length;
    buffer[at++] = DATA_POINTS;
    let length = own.length + more.length + (this.#isGauge ? 2 : 3) * FIXED64_SIZE;
    for (; length > 127; length >>>= 7) buffer[at++] = (length & 127) | 128;
    buffer[at++] = length;

    if (!this.#isGauge) {
      buffer[at] = START_TIME;
      writeNanoseconds(view, at + 1, startTime);
      at += FIXED64_SIZE;
    }
    buffer[at] = TIME;
    writeNanoseconds(view, at + 1, time);
    at += FIXED64_SIZE;

    buffer[at] = this.#valueTag;
    if (this.#valueTag === AS_INT) {
      view.setUint32(at + 1, value, true);
      view.setUint32(at + 5, Math.floor(value / TWO_TO_32), true);
    } else {
      view.setFloat64(at + 1, value, true);
    }
    at += FIXED64_SIZE;

    buffer.set(own, at);
    at += own.length;
    if (more.length > 0) buffer.set(more, at);
    this.#length = at + more.length;
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
    larger.set(this.bytes);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Nanoseconds are beyond what a double holds exactly, so the two halves of the number are worked out apart. Without `%`,
 *  which takes longer than all the rest; `setUint32` keeps the lower 32 bits of what is too large. */
function writeNanoseconds(view: DataView, at: number, millis: number): void {
  const quotient = Math.floor(millis / 65536);
  const upper = quotient * 1e6;
  const lower = (upper & 0xffff) * 65536 + (millis - quotient * 65536) * 1e6;
  view.setUint32(at, lower, true);
  view.setUint32(at + 4, Math.floor(upper / 65536) + Math.floor(lower / TWO_TO_32), true);
}
