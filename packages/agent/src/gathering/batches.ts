import { REQUEST_LIMIT, type EncodedRequest } from '../otlp/request.js';

/** So many at once keep the event loop busy for some milliseconds. */
const MOST_ITEMS = 1000;

/** Encodes items as requests that a Collector takes: as many as fit. A single one that is too large goes alone.
 *
 *  @param serialize one of the official serializers */
export function* encodeBatches<T>(
  items: readonly T[],
  serialize: (items: T[]) => Uint8Array | undefined,
  limit: number = REQUEST_LIMIT,
): Generator<EncodedRequest, void> {
  if (items.length > MOST_ITEMS) {
    for (let at = 0; at < items.length; at += MOST_ITEMS) {
      yield* encodeBatches(items.slice(at, at + MOST_ITEMS), serialize, limit);
    }
    return;
  }
  const bytes = serialize([...items]);
  if (items.length === 0 || bytes === undefined) return;
  if (bytes.length > limit && items.length > 1) {
    const half = Math.ceil(items.length / 2);
    yield* encodeBatches(items.slice(0, half), serialize, limit);
    yield* encodeBatches(items.slice(half), serialize, limit);
    return;
  }
  yield {
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
    items: items.length,
    release: () => undefined,
  };
}
