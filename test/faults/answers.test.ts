import assert from 'node:assert/strict';
import { status } from '@grpc/grpc-js';
import { FAILURES, RETRIED, retryInfo, trailer } from '../agent/exporter/grpc-status.js';
import type { Answer } from '../agent/exporter/otlp-server.js';
import { grpcBackend, httpBackend, type Backend, type HttpTrouble } from './backend.js';
import { goThrough, tell } from './outage.js';
import { scrapesIn } from './points.js';
import type { Scene } from './scene.js';
import { family, type Fault } from './table.js';

const REPEATED = 'repeated until it is taken: nothing is lost';
const DROPPED = 'dropped and counted, with one warning; scraping goes on, and the first request that is taken is sent';

/** Not tried again, but for those a server says when to try. Source: https://opentelemetry.io/docs/specs/otlp/#failures-1 */
const HTTP_DROPPED = [400, 401, 403, 404, 405, 413, 415, 500, 501] as const;
const HTTP_RETRIED = [429, 502, 503, 504] as const;

/** What is said of trouble that lasts until somebody sets the server up otherwise, and is told when it is over. */
const LASTING = new Set(['unimplemented', 'http_404']);

async function repeated<T>(scene: Scene, backend: Backend<T>, trouble: T, reason: string): Promise<string> {
  await scene.device();
  const agent = scene.run({ exporters: { [backend.exporter]: backend.section } });
  await agent.scrapes(2, backend.exporter);
  const deliveries = await goThrough(agent, {
    exporter: backend.exporter,
    reason: new RegExp(`^${reason}$`),
    begin: () => (backend.trouble = trouble),
    end: () => (backend.trouble = undefined),
  });
  assert.equal(scrapesIn(backend.taken).length, deliveries.sent.requests);
  assert.equal(backend.taken.length, deliveries.sent.requests);
  return `${backend.attempts.length} attempts for ${tell(agent, deliveries)}`;
}

async function dropped<T>(scene: Scene, backend: Backend<T>, trouble: T, reason: string): Promise<string> {
  const { exporter } = backend;
  await scene.device();
  const agent = scene.run({ exporters: { [exporter]: backend.section } });
  await agent.scrapes(2, exporter);
  backend.trouble = trouble;
  await agent.until(
    'requests are dropped',
    async () => ((await agent.metrics(exporter)).dropped[reason]?.requests ?? 0) >= 3,
  );
  backend.trouble = undefined;
  const { sent } = await agent.metrics(exporter);
  await agent.until('others are taken', async () => (await agent.metrics(exporter)).sent.requests >= sent.requests + 2);
  const deliveries = await agent.end(exporter);
  assert.equal(deliveries.sent.requests, backend.taken.length);
  assert.equal(deliveries.dropped[reason]!.requests, backend.attempts.length - backend.taken.length);
  assert.deepEqual(Object.keys(deliveries.dropped), [reason]);
  assert.deepEqual(agent.warnings, ['dropped a request']);
  assert.equal(agent.said('the server takes requests now'), LASTING.has(reason) ? 1 : 0);
  return tell(agent, deliveries);
}

/** The server says when to come again: nobody comes earlier. */
async function waitedFor<T>(scene: Scene, backend: Backend<T>, trouble: T, reason: string): Promise<string> {
  const seen = await repeated(scene, backend, trouble, reason);
  const gaps = backend.attempts.slice(1).map((time, index) => time - backend.attempts[index]!);
  const longest = Math.max(...gaps);
  assert.ok(longest >= 950, `the longest pause between two attempts was ${longest} ms`);
  return `${seen}; longest pause ${(longest / 1000).toFixed(1)} s`;
}

const grpcRow = (code: status): Fault => ({
  fault: `gRPC status ${code} ${status[code]}`,
  expected: RETRIED.has(code) ? REPEATED : DROPPED,
  run: async (scene) => {
    const act = RETRIED.has(code) ? repeated<Answer> : dropped<Answer>;
    return act(scene, scene.using(await grpcBackend()), { code, details: 'no' }, status[code].toLowerCase());
  },
});

const httpRow = (code: number, act: typeof repeated<HttpTrouble>, expected: string, more = {}, fault = ''): Fault => ({
  fault: `HTTP status ${code}${fault}`,
  expected,
  run: async (scene) => act(scene, scene.using(await httpBackend()), { status: code, ...more }, `http_${code}`),
});

const ASKED = 'repeated, but not before the time the server asks for: nothing is lost';

family('Answers of the server', [
  ...FAILURES.map(grpcRow),
  {
    fault: `gRPC status 8 RESOURCE_EXHAUSTED with RetryInfo of 1 s`,
    expected: ASKED,
    run: async (scene) => {
      const answer = { code: status.RESOURCE_EXHAUSTED, details: 'later', metadata: trailer(retryInfo(1, 0)) };
      return waitedFor<Answer>(scene, scene.using(await grpcBackend()), answer, 'resource_exhausted');
    },
  },
  ...HTTP_DROPPED.map((code) => httpRow(code, dropped<HttpTrouble>, DROPPED)),
  ...HTTP_RETRIED.map((code) => httpRow(code, repeated<HttpTrouble>, REPEATED)),
  ...[429, 503].map((code) =>
    httpRow(code, waitedFor<HttpTrouble>, ASKED, { headers: { 'retry-after': '1' } }, ' with Retry-After: 1'),
  ),
  {
    fault: 'HTTP status 200 with a page that is no OTLP, as of a proxy',
    expected: 'counted as sent, as it was taken; one warning says that the response can’t be read',
    run: async (scene) => {
      const backend = scene.using(await httpBackend());
      await scene.device();
      const agent = scene.run({ exporters: { otlp_http: backend.section } });
      backend.trouble = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' };
      await agent.scrapes(5, 'otlp_http');
      const deliveries = await agent.end('otlp_http');
      assert.deepEqual(deliveries.sent, deliveries.enqueued);
      assert.deepEqual(agent.warnings, ['the server took a request only in part, or warns']);
      assert.match(String(agent.log.find(({ level }) => level === 'warn')!['message']), /can't be read/);
      return tell(agent, deliveries);
    },
  },
]);
