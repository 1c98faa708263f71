import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { status } from '@grpc/grpc-js';
import { TcpProxy } from '../agent/exporter/tcp-proxy.js';
import { startCollector, type RunningCollector } from '../support/collector.js';
import { exportedPoints } from '../support/exported-points.js';
import { freePort, until } from '../support/process.js';
import { grpcBackend, httpBackend, QUICK } from './backend.js';
import { assertLossless, DROPPED, FAILED, goThrough, overflow, tell, TOO_LONG } from './outage.js';
import { inOrder, scrapesIn } from './points.js';
import type { Scene } from './scene.js';
import { family, type Fault } from './table.js';

const LOSSLESS = 'scraping goes on and requests wait; once it answers, all of them are sent, in order: nothing is lost';

/** What a real Collector has got of the agent's scrapes. */
async function scrapesAt(...collectors: readonly RunningCollector[]): Promise<number> {
  const points = (await Promise.all(collectors.map((one) => one.exported()))).flatMap(exportedPoints);
  return inOrder(points.filter(({ metric }) => metric === 'wireguard.peer.count').map(({ time }) => time)).length;
}

/** For what is found out by the time-out. */
const IMPATIENT = { timeout: '1s' };

const to = (port: number, more: object = {}): Record<string, object> => ({
  otlp_grpc: { endpoint: `http://127.0.0.1:${port}`, ...QUICK, ...more },
});

const REPEATED = 'a new connection is made, and what was under way is repeated: nothing is lost';

/** Something happens to the connection, which the agent may notice between two requests, with nothing to say. */
const spoiled = (fault: string, expected: string, spoil: (proxy: TcpProxy) => void): Fault => ({
  fault,
  expected,
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    const proxy = scene.using(await TcpProxy.start(backend.port));
    await scene.device();
    const agent = scene.run({ exporters: to(proxy.port, IMPATIENT) });
    await agent.scrapes(2);
    spoil(proxy);
    await agent.until('there is a new connection', () => proxy.connections >= 2);
    await agent.scrapes(5);
    await agent.catchesUp();
    const deliveries = await agent.end();
    assertLossless(agent, deliveries);
    assert.equal(agent.said('the server answers again') > 0, agent.warnings.length > 0);
    assert.ok(scrapesIn(backend.taken).length >= deliveries.sent.requests);
    return `${proxy.connections} connections; ${tell(agent, deliveries)}`;
  },
});

/** Accepts connections and says nothing, ever. */
async function mute(scene: Scene): Promise<{ port: number; stop: () => void }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined).resume()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return scene.using({ port, stop });
}

family('Delivery', [
  {
    fault: 'the Collector is not there at the start, and comes later',
    expected: LOSSLESS,
    run: async (scene) => {
      const grpcPort = await freePort();
      await scene.device();
      const agent = scene.run({ exporters: to(grpcPort) });
      let collector: RunningCollector | undefined;
      const deliveries = await goThrough(agent, {
        reason: /^unavailable$/,
        begin: () => undefined,
        end: async () => (collector = scene.using(await startCollector({ grpcPort }))),
      });
      await collector!.stop();
      assert.equal(await scrapesAt(collector!), deliveries.sent.requests);
      return tell(agent, deliveries);
    },
  },
  {
    fault: 'the Collector is killed (SIGKILL) and started again',
    expected: LOSSLESS,
    run: async (scene) => {
      const grpcPort = await freePort();
      const first = scene.using(await startCollector({ grpcPort }));
      await scene.device();
      const agent = scene.run({ exporters: to(grpcPort) });
      await agent.scrapes(2);
      let second: RunningCollector | undefined;
      const deliveries = await goThrough(agent, {
        reason: /^unavailable$/,
        begin: () => process.kill(first.pid, 'SIGKILL'),
        end: async () => (second = scene.using(await startCollector({ grpcPort }))),
      });
      await second!.stop();
      // What a Collector has acknowledged and not yet written, it takes with it.
      const kept = await scrapesAt(first, second!);
      assert.ok(kept > 0 && kept <= deliveries.sent.requests);
      return `${tell(agent, deliveries)}; ${kept} in the Collectors' files`;
    },
  },
  {
    fault: 'the Collector hangs (SIGSTOP), and goes on later',
    expected: `given up at the time-out and repeated; ${LOSSLESS}`,
    run: async (scene) => {
      const collector = scene.using(await startCollector());
      await scene.device();
      const agent = scene.run({ exporters: to(collector.grpcPort, IMPATIENT) });
      await agent.scrapes(2);
      const deliveries = await goThrough(agent, {
        reason: /^(deadline_exceeded|unavailable)$/,
        begin: () => process.kill(collector.pid, 'SIGSTOP'),
        end: () => process.kill(collector.pid, 'SIGCONT'),
      });
      await collector.stop();
      assert.equal(await scrapesAt(collector), deliveries.sent.requests);
      return tell(agent, deliveries);
    },
  },
  {
    fault: 'what listens accepts connections and never answers',
    expected: `given up at the time-out and repeated; ${LOSSLESS}`,
    run: async (scene) => {
      const silent = await mute(scene);
      await scene.device();
      const agent = scene.run({ exporters: to(silent.port, IMPATIENT) });
      const deliveries = await goThrough(agent, {
        reason: /^(deadline_exceeded|unavailable)$/,
        begin: () => undefined,
        end: async () => {
          silent.stop();
          await until('the port is free', async () => {
            const backend = await grpcBackend({ port: silent.port }).catch(() => undefined);
            return backend !== undefined && scene.using(backend);
          });
        },
      });
      return tell(agent, deliveries);
    },
  },
  {
    fault: 'the server answers more slowly than scrapes come',
    expected:
      'scraping goes on; what the queue has no room for is dropped, the oldest first, and counted, with one warning',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      backend.slowness = 500;
      await scene.device();
      const agent = scene.run({ exporters: to(backend.port, { sending_queue: { queue_size: 12_000 } }) });
      return overflow(agent, backend, [DROPPED]);
    },
  },
  {
    ...TOO_LONG,
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const agent = scene.run({ exporters: to(backend.port, { sending_queue: { queue_size: 12_000 } }) });
      await agent.scrapes(2);
      backend.trouble = { code: status.UNAVAILABLE, details: 'down' };
      return overflow(agent, backend, [FAILED, DROPPED]);
    },
  },
  {
    fault: 'requests are larger than the Collector takes (`max_recv_msg_size_mib`)',
    expected: 'dropped and counted, with one warning that says the limit; nothing piles up',
    run: async (scene) => {
      const receiver = { protocols: { grpc: { max_recv_msg_size_mib: 1 }, http: {} } };
      const pipeline = { receivers: ['otlp'], exporters: ['file'] };
      const config = { receivers: { otlp: receiver }, service: { pipelines: { metrics: pipeline } } };
      const collector = scene.using(await startCollector({ config }));
      await scene.device({ peers: 3000 });
      const agent = scene.run({ exporters: to(collector.grpcPort), receiver: { collection_interval: '500ms' } });
      const dropped = async (): Promise<number> => (await agent.metrics()).dropped['resource_exhausted']?.requests ?? 0;
      await agent.until('requests are dropped', async () => (await dropped()) >= 3);
      await agent.until('nothing piles up', async () => (await agent.metrics()).queued.requests <= 1);
      const deliveries = await agent.end();
      assert.deepEqual(agent.warnings, ['dropped a request']);
      const message = String(agent.log.find(({ level }) => level === 'warn')!['message']);
      assert.match(message, /larger than max/);
      return `${tell(agent, deliveries)}: ${message}`;
    },
  },
  spoiled('the server half-closes the connection', REPEATED, (proxy) => proxy.halfClose()),
  spoiled('the connection is reset', REPEATED, (proxy) => proxy.reset()),
  spoiled(
    'the connection goes dead without being closed, as behind a firewall',
    'found out by the time-out, then a new connection is made: nothing is lost',
    (proxy) => proxy.blackhole(),
  ),
  {
    fault: 'the answer breaks off in the middle',
    expected: 'the request is repeated, as nobody knows whether it was taken: nothing is lost',
    run: async (scene) => {
      const backend = scene.using(await httpBackend());
      await scene.device();
      const agent = scene.run({ exporters: { otlp_http: backend.section } });
      await agent.scrapes(2, 'otlp_http');
      const deliveries = await goThrough(agent, {
        exporter: 'otlp_http',
        reason: /^unavailable$/,
        begin: () => (backend.trouble = { status: 200, cut: true }),
        end: () => (backend.trouble = undefined),
      });
      assert.equal(scrapesIn(backend.taken).length, deliveries.sent.requests);
      return tell(agent, deliveries);
    },
  },
  {
    fault: 'the name of the server can’t be resolved, and can later',
    expected: LOSSLESS,
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const hosts = scene.path('hosts');
      writeFileSync(hosts, '127.0.0.1 localhost\n');
      chmodSync(hosts, 0o644);
      // The agent alone sees this file in the place of /etc/hosts.
      const script = 'mount --bind "$0" /etc/hosts && exec "$@"';
      const agent = scene.run(
        { exporters: { otlp_grpc: { ...backend.section, endpoint: `http://collector.invalid:${backend.port}` } } },
        { via: ['unshare', '--mount', 'sh', '-c', script, hosts] },
      );
      const deliveries = await goThrough(agent, {
        reason: /^unavailable$/,
        begin: () => undefined,
        end: () => writeFileSync(hosts, '127.0.0.1 localhost collector.invalid\n'),
      });
      const message = String(agent.log.find(({ level }) => level === 'warn')!['message']);
      assert.match(message, /Name resolution failed for target dns:collector\.invalid/);
      assert.equal(scrapesIn(backend.taken).length, deliveries.sent.requests);
      return `"${message}"; ${tell(agent, deliveries)}`;
    },
  },
]);
