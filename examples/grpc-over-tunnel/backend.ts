/**
 * A gRPC service that others ask through the tunnel:
 *   node --import ./build/examples/otel.js build/examples/grpc-over-tunnel/backend.js ADDRESS PORT
 * ADDRESS is this end's in the tunnel, IPv4.
 */
import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { trace } from '@opentelemetry/api';
import { hello } from './greeter.js';

const [address = '127.0.0.1', port = '50051'] = process.argv.slice(2);

const greet: handleUnaryCall<string, string> = (call, callback) => {
  // The instrumentation says nothing of the socket. As the server listens on one address, both of its ends are known.
  trace.getActiveSpan()?.setAttributes({
    'network.peer.address': call.getPeer().replace(/:\d+$/, ''),
    'network.local.address': address,
  });
  callback(null, `hello ${call.request}`);
};

const server = new Server();
server.addService({ hello }, { hello: greet });
server.bindAsync(`${address}:${port}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
  console.log(`listening on ${address}:${port}`);
});

process.once('SIGTERM', () => server.forceShutdown());
