/**
 * A web service that knows nothing of WireGuard, and of OpenTelemetry nothing but its API:
 *   node --import ./build/examples/embed-in-service/telemetry.js build/examples/embed-in-service/main.js ADDRESS
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';

const [address = '127.0.0.1'] = process.argv.slice(2);

const requests = metrics.getMeter('embed-in-service').createCounter('hello.requests', { unit: '{request}' });
const server = createServer((_, response) => {
  requests.add(1);
  response.end('hello\n');
});
server.listen(0, address, () => {
  console.log(`listening on http://${address}:${(server.address() as AddressInfo).port}`);
});

process.once('SIGTERM', () => server.close());
