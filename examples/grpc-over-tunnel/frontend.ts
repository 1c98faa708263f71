/**
 * A web service that asks a gRPC service through the tunnel:
 *   node --import ./build/examples/otel.js build/examples/grpc-over-tunnel/frontend.js BACKEND PORT
 * BACKEND is `10.0.0.2:50051` or the like.
 */
import { createServer } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import { hello } from './greeter.js';

const [backend = '127.0.0.1:50051', port = '8081'] = process.argv.slice(2);

const client = new Client(backend, credentials.createInsecure());

const server = createServer((_, response) => {
  client.makeUnaryRequest(
    hello.path,
    hello.requestSerialize,
    hello.responseDeserialize,
    'frontend',
    (error, greeting) => (error ? response.writeHead(502).end() : response.end(greeting)),
  );
});
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));

process.once('SIGTERM', () => {
  server.close();
  client.close();
});
