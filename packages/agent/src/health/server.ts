import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { HealthConfig } from '../config/configuration.js';
import { isLocalName } from '../local-name.js';
import { notHealthy, notReady, type AgentStatus } from './status.js';

const TEXT = 'text/plain; charset=utf-8';

/** Answers on `/-/healthy`, `/-/ready` and `/-/status`. */
export class HealthServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Begins to listen. Rejects if it can't, in a sentence that names the address. */
  static async listen({ host, port }: HealthConfig, status: () => AgentStatus): Promise<HealthServer> {
    const server = createServer(
      // Node looks for those that are too slow every 30 s otherwise.
      { requestTimeout: 5000, headersTimeout: 5000, keepAliveTimeout: 5000, connectionsCheckingInterval: 5000 },
      (request, response) => answer(request, response, status),
    );
    server.maxConnections = 64;
    await new Promise<void>((resolve, reject) => {
      server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
        const why = code === 'EADDRINUSE' ? 'another program listens there' : message;
        reject(new Error(`health can't be answered on ${host}:${port}: ${why}; set extensions.health.endpoint`));
      });
      server.listen(port, host, resolve);
    });
    server.unref();
    return new HealthServer(server);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function answer(
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  status: () => AgentStatus,
): void {
  const reply = (code: number, body: string, type = TEXT): void => {
    response.writeHead(code, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(method === 'HEAD' ? undefined : body);
  };
  if (!isLocalName(headers.host)) reply(421, 'this server is addressed by its address or as localhost\n');
  else if (method !== 'GET' && method !== 'HEAD') reply(405, 'only GET and HEAD\n');
  else if (url === '/-/healthy') replyWith(notHealthy(status()), 'healthy');
  else if (url === '/-/ready') replyWith(notReady(status()), 'ready');
  else if (url === '/-/status') reply(200, `${JSON.stringify(status())}\n`, 'application/json');
  else reply(404, 'there are /-/healthy, /-/ready and /-/status\n');

  function replyWith(problems: readonly string[], word: string): void {
    if (problems.length === 0) reply(200, `${word}\n`);
    else reply(503, `not ${word}: ${problems.join('; ')}\n`);
  }
}
