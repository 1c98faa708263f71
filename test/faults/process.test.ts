import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { pathToFileURL } from 'node:url';
import { status } from '@grpc/grpc-js';
import { startCli } from '../agent/run/agent-process.js';
import { decodeMetrics } from '../support/otlp.js';
import { until } from '../support/process.js';
import { repositoryPath } from '../support/repository.js';
import { grpcBackend } from './backend.js';
import { assertTold, FAILED, tell } from './outage.js';
import { scrapesIn } from './points.js';
import { family, type Fault } from './table.js';

const DOWN = { code: status.UNAVAILABLE, details: 'down' };
const HOUR = 3_600_000;

/** Only the agent's own clock is stepped, by a module that is loaded into it. */
const clockStep = (fault: string, step: number): Fault => ({
  fault: `the wall clock ${fault}, as seen by the agent`,
  expected:
    'one warning and one event tell by how much; no peer changes its state, no sum begins after its point, sending and health go on',
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    // Peers whose state stays as it is.
    await scene.device({ peers: 50, mix: { steady: 4, dead: 1 } });
    const module = pathToFileURL(repositoryPath('build/test/faults/step-clock.js'));
    module.searchParams.set('file', scene.path('step'));
    writeFileSync(scene.path('step'), String(step));
    const agent = scene.run(
      { exporters: { otlp_grpc: backend.section }, signals: ['metrics', 'logs'] },
      { node: ['--import', module.href] },
    );
    const peers = async (): Promise<unknown> => (await agent.status()).receivers['wireguard']!.devices;
    await agent.scrapes(3);
    const before = await peers();
    agent.signal('SIGUSR2');
    await agent.until('it is told', () => agent.said(/the wall clock stepped/, 'warn') > 0);
    await agent.scrapes(5);
    assert.deepEqual(await peers(), before);
    const deliveries = await agent.end();
    assert.deepEqual(deliveries.sent, deliveries.enqueued);
    const [warning, ...others] = agent.warnings;
    assert.match(warning!, new RegExp(`stepped by ${step < 0 ? '-' : ''}(3599|3600)\\.\\d s; ages are not affected`));
    assert.deepEqual(others, []);
    const events = backend.logs.filter((bytes) => bytes.includes('wireguard.clock.step')).length;
    assert.equal(events, 1);
    const points = backend.taken.flatMap(decodeMetrics);
    assert.ok(points.every(({ startTime, time }) => BigInt(startTime) <= BigInt(time)));
    return `1 × "${warning}", ${events} event; ${tell(agent, deliveries)}`;
  },
});

async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return server;
}

family('The process', [
  clockStep('is set forward by an hour', HOUR),
  clockStep('is set back by an hour', -HOUR),
  {
    fault: 'a reload (SIGHUP) with a file that is wrong, ten times',
    expected:
      'the old configuration stays, `wgotel status` and an error each time say why; the next right one is taken',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const exporters = { otlp_grpc: backend.section };
      const agent = scene.run({ exporters });
      await agent.scrapes(2);
      scene.configure({ exporters: { otlp_grpc: { endpoint: 'not an address' } } });
      for (let time = 1; time <= 10; time++) {
        agent.signal('SIGHUP');
        await agent.until('it is refused', () => agent.said(/^the old configuration stays/, 'error') === time);
      }
      await agent.scrapes(3);
      const { reloadProblem } = await agent.status();
      assert.match(reloadProblem!, /endpoint/);
      scene.configure({ exporters });
      agent.signal('SIGHUP');
      await agent.until('it is taken', () => agent.said('the configuration was read again') === 1);
      assert.equal((await agent.status()).reloadProblem, undefined);
      const deliveries = await agent.end();
      assert.deepEqual(deliveries.sent, deliveries.enqueued);
      return `${tell(agent, deliveries)}; then 1 × "the configuration was read again"`;
    },
  },
  {
    fault: 'SIGTERM during an outage, without a queue on disk',
    expected:
      'ends with code 0 after 5 s; what could not be sent is counted as `shutdown` in one warning and in the last line',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const agent = scene.run({ exporters: { otlp_grpc: backend.section } });
      await agent.scrapes(2);
      backend.trouble = DOWN;
      await agent.until('it says that sending fails', () => agent.warnings.length > 0);
      await agent.scrapes(3);
      const deliveries = await agent.end();
      const { enqueued, sent, dropped } = deliveries;
      assert.equal(scrapesIn(backend.taken).length, sent.requests);
      assert.equal(dropped['shutdown']!.requests, enqueued.requests - sent.requests);
      assertTold(agent, [FAILED, 'dropped requests']);
      return tell(agent, deliveries);
    },
  },
  {
    fault: 'the agent itself is stopped for a while (SIGSTOP), and goes on',
    expected: 'scraping and sending go on with it, without a warning of its own: nothing that was read is lost',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const agent = scene.run({ exporters: { otlp_grpc: backend.section } });
      await agent.scrapes(2);
      agent.signal('SIGSTOP');
      await until('it stands still for a while', () => performance.now() - backend.attempts.at(-1)! > 2000);
      agent.signal('SIGCONT');
      await agent.scrapes(3);
      const deliveries = await agent.end();
      assert.deepEqual(deliveries.sent, deliveries.enqueued);
      const times = scrapesIn(backend.taken).map(Number);
      const blind = Math.max(...times.slice(1).map((time, index) => time - times[index]!)) / 1e9;
      assert.ok(blind > 1, `${blind} s`);
      return `${blind.toFixed(1)} s between two scrapes; ${tell(agent, deliveries)}`;
    },
  },
  {
    fault: 'another program listens where the file wants health to be told',
    expected: 'ends with code 2 and a sentence that names the address and the key',
    run: async (scene) => {
      const server = await listenOn(scene.health);
      scene.atEnd(() => server.close());
      scene.configure({});
      const agent = startCli(['run', '--config', scene.path('config.yaml')]);
      assert.deepEqual(await agent.ended, [2, null]);
      const message = agent.output.err.trim();
      assert.match(
        message,
        /^wgotel: the configuration can't be used:\s+health can't be answered on .*: another program listens there; set extensions\.health/m,
      );
      return `code 2, "${message.split('\n').at(-1)!.trim()}"`;
    },
  },
  {
    fault: 'another program listens where health is told by default',
    expected: 'one warning; all else works',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      // Who has it for longer, such as an agent of the machine, serves as well.
      await until('the port is ours', async () => {
        const server = await listenOn(9587).catch(() => undefined);
        scene.atEnd(() => server?.close());
        return server !== undefined;
      }).catch(() => undefined);
      const flags = ['--source', 'uapi', '--uapi-directory', scene.folder, '--interval', '100ms'];
      const agent = startCli(['run', '--endpoint', `http://127.0.0.1:${backend.port}`, ...flags]);
      scene.atEnd(() => agent.child.kill('SIGKILL'));
      await until('it sends', () => backend.taken.length >= 3);
      agent.child.kill('SIGTERM');
      assert.deepEqual(await agent.ended, [0, null]);
      const warnings = agent.output.err.split('\n').filter((line) => line.includes('\twarn\t'));
      assert.equal(warnings.length, 1, agent.output.err);
      assert.match(warnings[0]!, /127\.0\.0\.1:9587: another program listens there/);
      return `${backend.taken.length} requests sent, code 0; 1 × "${warnings[0]!.split('\t')[2]!}"`;
    },
  },
  {
    fault: 'memory is short (48 MB of heap), and an outage goes on with 2000 peers',
    expected:
      'what waits stays within `queue_size`: the oldest goes and is counted; memory is bounded, and nothing ends',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device({ peers: 2000 });
      const limit = 16 << 20;
      const agent = scene.run(
        {
          exporters: {
            otlp_grpc: { ...backend.section, compression: 'none', sending_queue: { queue_size: limit } },
          },
          receiver: { collection_interval: '500ms' },
        },
        { node: ['--max-old-space-size=48'] },
      );
      await agent.scrapes(2);
      backend.trouble = DOWN;
      await agent.until(
        'requests are dropped',
        async () => {
          const { queuedBytes, dropped } = await agent.metrics();
          assert.ok(queuedBytes <= limit);
          return (dropped['queue_full']?.requests ?? 0) >= 10;
        },
        60_000,
      );
      const { peak } = agent;
      assert.ok(peak < 300, `${peak} MB`);
      const { sent } = await agent.metrics();
      backend.trouble = undefined;
      await agent.until('it sends', async () => (await agent.metrics()).sent.requests >= sent.requests + 5);
      const deliveries = await agent.end();
      return `${tell(agent, deliveries)}; ${peak} MB at most`;
    },
  },
  {
    fault: 'whoever reads its log goes away',
    expected: 'what it would log is lost, all else goes on; ends with code 0 when it is told to',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const agent = scene.run({ exporters: { otlp_grpc: backend.section } });
      await agent.scrapes(2);
      agent.closeLog();
      agent.signal('SIGHUP');
      await agent.scrapes(5);
      backend.trouble = DOWN;
      await agent.until('it fails', async () => (await agent.metrics()).failure !== undefined);
      backend.trouble = undefined;
      await agent.catchesUp();
      const { sent, dropped } = await agent.metrics();
      agent.signal('SIGTERM');
      await agent.ended(0);
      assert.deepEqual(dropped, {});
      return `${sent.requests} requests sent before the end, 0 dropped; code 0`;
    },
  },
  {
    fault: 'the disk its log is written to is full',
    expected: 'what it would log is lost, all else goes on; ends with code 0 when it is told to',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const agent = scene.run(
        { exporters: { otlp_grpc: backend.section } },
        { via: ['sh', '-c', 'exec "$@" 2> /dev/full', 'sh'] },
      );
      await agent.scrapes(5);
      const { sent, dropped } = await agent.metrics();
      agent.signal('SIGTERM');
      await agent.ended(0);
      assert.deepEqual(dropped, {});
      return `${sent.requests} requests sent before the end, 0 dropped; code 0`;
    },
  },
]);
