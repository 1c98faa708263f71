/**
 * A service that asks another one through the tunnel, at `/http` over http and at `/fetch` over fetch:
 *   node --import ./build/examples/otel.js build/examples/http-over-tunnel/frontend.js BACKEND_URL PORT
 */
import { createServer, get } from 'node:http';
import { text } from 'node:stream/consumers';

const [backend = 'http://127.0.0.1:8080', port = '8081'] = process.argv.slice(2);

const overHttp = (): Promise<string> =>
  new Promise((resolve, reject) => {
    get(backend, (response) => resolve(text(response))).once('error', reject);
  });
const overFetch = async (): Promise<string> => (await fetch(backend)).text();

const server = createServer((request, response) => {
  const answer = request.url === '/fetch' ? overFetch() : overHttp();
  answer.then(
    (body) => response.end(body),
    () => response.writeHead(502).end(),
  );
});
server.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${port}`));

process.once('SIGTERM', () => server.close());
