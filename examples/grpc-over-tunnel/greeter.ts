import type { MethodDefinition } from '@grpc/grpc-js';

const encode = (text: string): Buffer => Buffer.from(text);
const decode = (bytes: Buffer): string => bytes.toString();

/** The one method of the service, with text for messages, so that no code has to be generated. */
export const hello: MethodDefinition<string, string> = {
  path: '/examples.Greeter/Hello',
  requestStream: false,
  responseStream: false,
  requestSerialize: encode,
  requestDeserialize: decode,
  responseSerialize: encode,
  responseDeserialize: decode,
};
