import type { EncodedRequest } from '../../otlp/request.js';
import type { Queue, QueueListener } from './queue.js';

/** A queue in memory. What was taken does not count towards its limit. */
export class RequestQueue implements Queue {
  readonly stored = undefined;
  readonly #limit: number;
  readonly #requests: EncodedRequest[] = [];
  #taken: EncodedRequest | undefined;
  #bytes = 0;
  #listener: QueueListener | undefined;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get memoryBytes(): number {
    return this.#bytes;
  }

  connect(listener: QueueListener): void {
    this.#listener = listener;
  }

  open(): void {}

  push(request: EncodedRequest): void {
    this.#requests.push(request);
    this.#bytes += request.bytes.length;
    while (this.#bytes > this.#limit) {
      const oldest = this.#shift()!;
      oldest.release();
      this.#listener?.dropped(oldest.items, 'queue_full', 'the queue is full');
    }
  }

  async take(): Promise<EncodedRequest | undefined> {
    this.#taken = this.#shift();
    return this.#taken;
  }

  async remove(): Promise<void> {
    this.#taken?.release();
    this.#taken = undefined;
  }

  async close(): Promise<readonly number[]> {
    const lost = [this.#taken, ...this.#requests.splice(0)].filter((request) => request !== undefined);
    this.#taken = undefined;
    this.#bytes = 0;
    for (const { release } of lost) release();
    return lost.map(({ items }) => items);
  }

  #shift(): EncodedRequest | undefined {
    const request = this.#requests.shift();
    this.#bytes -= request?.bytes.length ?? 0;
    return request;
  }
}
