import protobuf from 'protobufjs/minimal.js';

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** Finds how long a server asks its client to wait, in milliseconds, in the `grpc-status-details-bin` trailer.
 *  `undefined`: it does not ask, or what it says can't be read.
 *  Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto */
export function parseRetryDelay(status: Uint8Array): number | undefined {
  try {
    // Status.details: repeated Any
    for (const any of fields(status, 3)) {
      const [typeUrl] = fields(any, 1);
      const [retryInfo] = fields(any, 2);
      if (typeUrl === undefined || Buffer.from(typeUrl).toString() !== RETRY_INFO) continue;
      return retryInfo === undefined ? undefined : parseRetryInfo(retryInfo);
    }
  } catch {
    // Cut off or no protobuf: the same as nothing.
  }
  return undefined;
}

/** RetryInfo.retry_delay: Duration; one that is left out is 0. */
function parseRetryInfo(retryInfo: Uint8Array): number | undefined {
  const [duration] = fields(retryInfo, 1);
  if (duration === undefined) return undefined;
  const reader = new protobuf.Reader(duration);
  let [seconds, nanos] = [0, 0];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 0x08) seconds = Number(reader.int64());
    else if (tag === 0x10) nanos = reader.int32();
    else reader.skipType(tag & 7);
  }
  const millis = seconds * 1000 + nanos / 1e6;
  return millis >= 0 ? millis : undefined;
}

/** All values of a field that holds messages, strings or bytes. */
function fields(message: Uint8Array, field: number): Uint8Array[] {
  const reader = new protobuf.Reader(message);
  const values: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === ((field << 3) | 2)) values.push(reader.bytes());
    else reader.skipType(tag & 7);
  }
  return values;
}
