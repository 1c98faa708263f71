/** An OTLP/gRPC server that takes everything and keeps nothing, in a process of its own; prints its port. */
import { Server, ServerCredentials } from '@grpc/grpc-js';

const asIs = (bytes: Buffer): Buffer => bytes;
const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
for (const service of ['metrics.v1.Metrics', 'logs.v1.Logs', 'trace.v1.Trace']) {
  const definition = {
    path: `/opentelemetry.proto.collector.${service}Service/Export`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
  const take = (_call: unknown, reply: (error: null, response: Buffer) => void): void => reply(null, Buffer.alloc(0));
  server.addService({ export: definition }, { export: take });
}
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
