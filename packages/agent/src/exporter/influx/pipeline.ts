import { runInSlices, type Frame } from '@wgotel/core';
import type { EncodedRequest } from '../../otlp/request.js';
import type { RequestTaker } from '../../pipeline.js';
import type { TelegrafLines } from './telegraf-lines.js';

/** Turns frames into lines and hands them over. */
export class LinesPipeline {
  readonly #lines: TelegrafLines;
  readonly #taker: RequestTaker;

  constructor(lines: TelegrafLines, taker: RequestTaker) {
    this.#lines = lines;
    this.#taker = taker;
  }

  /** After each request it waits for as long as the taker wants it to. */
  async push(frame: Frame): Promise<void> {
    const requests = this.#lines.requests(frame);
    for (;;) {
      const request = await runInSlices(next(requests));
      if (request === undefined) return;
      await this.#taker.enqueue(request);
    }
  }
}

/** Goes on to the next request. Returns `undefined` at the end. */
function* next(requests: Generator<EncodedRequest | undefined, void>): Generator<void, EncodedRequest | undefined> {
  for (;;) {
    const { value, done } = requests.next();
    if (done === true || value !== undefined) return value ?? undefined;
    yield;
  }
}
