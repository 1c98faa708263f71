/**
 * A service that others ask through the tunnel:
 *   node --import ./build/examples/otel.js build/examples/http-over-tunnel/backend.js ADDRESS PORT
 */
import { createServer } from 'node:http';

const [address = '127.0.0.1', port = '8080'] = process.argv.slice(2);

const server = createServer((_, response) => response.end('hello\n'));
server.listen(Number(port), address, () => console.log(`listening on http://${address}:${port}`));

process.once('SIGTERM', () => server.close());
