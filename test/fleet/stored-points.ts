/** A point that a Collector has written to its file in the format `proto`. */
export interface StoredPoint {
  readonly host: string;
  readonly metric: string;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** Its attributes as they are encoded: what tells it from the others of its metric. */
  readonly series: string;
}

/** Metric.data, and where a point of it has its attributes. Source: opentelemetry/proto/metrics/v1/metrics.proto */
const KINDS = new Map([
  ['gauge', { field: 5, attributes: 7 }],
  ['sum', { field: 7, attributes: 7 }],
  ['histogram', { field: 9, attributes: 9 }],
]);

/** Reads the points of a file: messages, each behind its length. The official classes would take minutes for millions of them. */
export function* storedPoints(file: Buffer): Generator<StoredPoint, void> {
  for (let at = 0; at < file.length;) {
    const end = at + 4 + file.readUInt32BE(at);
    for (const ofResource of all(file.subarray(at + 4, end), 1)) yield* pointsOf(ofResource);
    at = end;
  }
}

function* pointsOf(ofResource: Buffer): Generator<StoredPoint, void> {
  const host = hostOf(all(ofResource, 1)[0]!);
  for (const ofScope of all(ofResource, 2)) {
    for (const metric of all(ofScope, 2)) {
      const name = all(metric, 1)[0]!.toString();
      for (const { field, attributes } of KINDS.values()) {
        for (const point of all(metric, field).flatMap((data) => all(data, 1))) {
          const series = all(point, attributes)
            .map((attribute) => attribute.toString('latin1'))
            .join();
          yield { host, metric: name, time: all(point, 3)[0]!.readBigUInt64LE(), series };
        }
      }
    }
  }
}

function hostOf(resource: Buffer): string {
  const found = all(resource, 1).find((attribute) => all(attribute, 1)[0]!.toString() === 'host.name');
  return all(all(found!, 2)[0]!, 1)[0]!.toString();
}

/** All values of a field of a message that have a length or 64 bits. Source: https://protobuf.dev/programming-guides/encoding/ */
function all(message: Buffer, field: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < message.length;) {
    const [key, start] = varint(message, at);
    const end = endOf(message, start, key & 7);
    const value = (key & 7) === 2 ? varint(message, start)[1] : start;
    if (key >>> 3 === field) found.push(message.subarray(value, end));
    at = end;
  }
  return found;
}

function endOf(message: Buffer, at: number, wireType: number): number {
  if (wireType === 1) return at + 8;
  if (wireType === 5) return at + 4;
  const [value, next] = varint(message, at);
  return wireType === 2 ? next + value : next;
}

/** A number, as far as 32 bits go, and where it ends. */
function varint(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}
