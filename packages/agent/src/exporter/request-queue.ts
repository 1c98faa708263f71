import type { EncodedRequest } from '../otlp/request.js';

/** Requests in order, up to a number of bytes. */
export class RequestQueue {
  readonly #limit: number;
  readonly #requests: EncodedRequest[] = [];
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a request, and returns what had to go for it: the oldest. */
  push(request: EncodedRequest): EncodedRequest[] {
    this.#requests.push(request);
    this.#bytes += request.bytes.length;
    const dropped: EncodedRequest[] = [];
    while (this.#bytes > this.#limit) dropped.push(this.shift()!);
    return dropped;
  }

  /** Takes the oldest. `undefined`: there is none. */
  shift(): EncodedRequest | undefined {
    const request = this.#requests.shift();
    this.#bytes -= request?.bytes.length ?? 0;
    return request;
  }
}
