import { startProcess, until, type RunningProcess } from '../support/process.js';
import type { TunnelEnd } from '../support/tunnel-end.js';

const SERVER = `import('node:http').then(({ createServer }) =>
  createServer((_, response) => response.end('ok')).listen(8080, () => console.log('listens')))`;

/** Starts an HTTP server on all addresses of one end, at port 8080. */
export async function startServer({ namespace }: TunnelEnd): Promise<RunningProcess> {
  const server = startProcess('ip', ['netns', 'exec', namespace, process.execPath, '-e', SERVER]);
  await until('the server listens', () => server.output().includes('listens'), { process: server });
  return server;
}
