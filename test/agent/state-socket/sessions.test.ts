import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { toJson } from '@wgotel/agent';
import { describe, it } from 'mocha';
import type { OtlpRequest } from '../../support/otlp-json.js';
import { until } from '../../support/process.js';
import { Sockets } from '../../core/source/served-source.js';
import { OtlpServer } from '../exporter/otlp-server.js';
import { startCli } from '../run/agent-process.js';
import { ask, linesOf } from './clients.js';

const KEY = Buffer.alloc(32, 7);

/** The ids of the sessions that were exported, in hex. */
const exported = (server: OtlpServer): { traceId: string; spanId: string }[] =>
  server
    .receivedOf('traces')
    .map(({ bytes }) => JSON.parse(toJson(bytes, 'traces')) as OtlpRequest)
    .flatMap(({ resourceSpans = [] }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .filter(({ name }) => name === 'wireguard.session')
    .map(({ traceId, spanId }) => ({ traceId, spanId }));

describe('the session of a tunnel at the state socket', function () {
  this.timeout(60_000);

  it('is there while it goes on, with the ids of the span that is exported, and gone when it is over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wgotel-session-'));
    mkdirSync(join(folder, 'uapi'));
    const sockets = new Sockets(join(folder, 'uapi'));
    /** @param age of its session, in seconds */
    const serve = (age?: number): Promise<void> => {
      const handshake = age === undefined ? {} : { handshake: Math.floor(Date.now() / 1000) - age };
      const peer = { name: 'alice', allowedIPs: ['10.0.0.0/24'], ...handshake };
      return sockets.serve([{ name: 'wg0', privateKey: KEY, publicKey: KEY, peers: [peer] }]);
    };
    await serve();
    const server = await OtlpServer.start();
    const path = join(folder, 'state.sock');
    const text = `receivers: { wireguard: { source: uapi, directory: ${folder}/uapi, initial_delay: 0, collection_interval: 200ms } }
exporters: { otlp_grpc: { endpoint: 'http://127.0.0.1:${server.port}' } }
extensions: { state_socket: { path: ${path} } }
service: { extensions: [state_socket] }`;
    writeFileSync(join(folder, 'config.yaml'), text, { mode: 0o600 });
    const agent = startCli(['run', '--config', join(folder, 'config.yaml')]);
    try {
      await until('it listens', () => existsSync(path), { timeoutMs: 30_000 });
      const lines = linesOf(await ask(path));
      /** The next thing that is said of the session. */
      const next = async (before: unknown): Promise<unknown> => {
        for (;;) {
          const { done, value } = await lines.next();
          assert.ok(done !== true, 'the answer has ended');
          if (value.tunnel !== undefined && !isDeepStrictEqual(value.tunnel.session, before))
            return value.tunnel.session;
        }
      };
      await serve(175);
      const ids = await next(undefined);
      assert.deepEqual(exported(server), []);
      // It had five seconds left.
      assert.equal(await next(ids), undefined);
      await until('it is exported', () => exported(server).length > 0);
      assert.deepEqual(exported(server), [ids]);
    } finally {
      agent.child.kill('SIGKILL');
      server.stop();
      await sockets.remove('wg0');
      rmSync(folder, { recursive: true });
    }
  });
});
