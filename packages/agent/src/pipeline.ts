import { MetricView, runInSlices, visitPoints, type Attributes, type Frame, type Walk } from '@wgotel/core';
import type { Heartbeat } from './heartbeat/heartbeat.js';
import { MetricsEncoder } from './otlp/metrics-encoder.js';
import type { EncodedRequest } from './otlp/request.js';

/** Takes requests over: a sender, or several. The promise makes the caller wait while much is under way. */
export interface RequestTaker {
  enqueue(request: EncodedRequest): Promise<void>;
}

/** Turns frames into requests and hands them over. */
export class MetricsPipeline {
  readonly #encoder: MetricsEncoder;
  readonly #view: MetricView;
  readonly #walk: Walk;
  #handedOver: Promise<void> = Promise.resolve();

  /** @param view which metrics are sent; it outlives the pipeline, with the sums it has put together
   *  @param heartbeat leaves out what did not change; it outlives the pipeline as well. Absent: everything is sent */
  constructor(resource: Attributes, taker: RequestTaker, view: MetricView = new MetricView(), heartbeat?: Heartbeat) {
    this.#view = view;
    heartbeat?.sendAll();
    this.#walk = heartbeat === undefined ? visitPoints : (...args) => heartbeat.visit(...args);
    this.#encoder = new MetricsEncoder(resource, (request) => {
      this.#handedOver = taker.enqueue(request);
    });
  }

  /** Encodes a frame. After each request it waits for as long as the taker wants it to, so that a large frame does not
   *  pile up in memory. */
  async push(frame: Frame): Promise<void> {
    const encoding = this.#encode(frame);
    while (!(await runInSlices(this.#untilHandedOver(encoding)))) await this.#handedOver;
    await this.#handedOver;
  }

  *#encode(frame: Frame): Generator<void, void> {
    yield* this.#view.visit(frame, frame.monotonicTime, this.#encoder, this.#walk);
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
