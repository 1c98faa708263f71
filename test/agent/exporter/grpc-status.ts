import { Metadata, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs/minimal.js';

/** What a client may try again, whatever else the server says.
 *  Source: https://opentelemetry.io/docs/specs/otlp/#failures */
export const RETRIED: ReadonlySet<status> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** Every code but OK. */
export const FAILURES: readonly status[] = Object.values(status)
  .filter((code) => typeof code === 'number')
  .filter((code) => code !== status.OK);

export const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo';

/** `details` of a google.rpc.Status with one entry. */
export function any(typeUrl: string, value: Uint8Array): Uint8Array {
  const writer = new protobuf.Writer();
  return writer.uint32(26).fork().uint32(10).string(typeUrl).uint32(18).bytes(value).ldelim().finish();
}

/** Details that ask to wait. */
export function retryInfo(seconds: number, nanos: number): Uint8Array {
  const writer = new protobuf.Writer();
  return any(RETRY_INFO, writer.uint32(10).fork().uint32(8).int64(seconds).uint32(16).int32(nanos).ldelim().finish());
}

/** How a server sends details. */
export function trailer(details: Uint8Array): Metadata {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from(details));
  return metadata;
}
