/** An OTLP/gRPC server that takes everything and keeps nothing, in a process of its own; prints its port. */
import { Server, ServerCredentials } from '@grpc/grpc-js';

const asIs = (bytes: Buffer): Buffer => bytes;
const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 });
server.addService(
  {
    export: {
      path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  },
  { export: (_call: unknown, reply: (error: null, response: Buffer) => void) => reply(null, Buffer.alloc(0)) },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
