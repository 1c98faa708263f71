import { runInSlices, visitPoints, type Attributes, type Frame } from '@wgotel/core';
import type { Sender } from './exporter/sender.js';
import { MetricsEncoder } from './otlp/metrics-encoder.js';

/** Turns frames into requests and hands them to the sender, which goes on beside. */
export class MetricsPipeline {
  readonly #encoder: MetricsEncoder;
  #handedOver: Promise<void> = Promise.resolve();

  constructor(resource: Attributes, sender: Sender) {
    this.#encoder = new MetricsEncoder(resource, (request) => {
      this.#handedOver = sender.enqueue(request);
    });
  }

  /** Encodes a frame. After each request it waits for as long as the sender wants it to, so that a large frame does not
   *  pile up in memory. */
  async push(frame: Frame): Promise<void> {
    const encoding = this.#encode(frame);
    while (!(await runInSlices(this.#untilHandedOver(encoding)))) await this.#handedOver;
    await this.#handedOver;
  }

  *#encode(frame: Frame): Generator<void, void> {
    yield* visitPoints(frame, frame.monotonicTime, this.#encoder);
    this.#encoder.end();
  }

  /** Goes on until a request was handed over. Returns whether the encoding is done. */
  *#untilHandedOver(encoding: Generator<void, void>): Generator<void, boolean> {
    const before = this.#handedOver;
    while (encoding.next().done !== true) {
      if (this.#handedOver !== before) return false;
      yield;
    }
    return true;
  }
}
