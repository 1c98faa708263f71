import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { grpcBackend, type GrpcBackend } from './backend.js';
import { DISK_TROUBLES, ownDisk, type DiskTrouble } from './disk-trouble.js';
import type { ObservedAgent } from './observed-agent.js';
import { assertTold, DROPPED, FAILED, overflow, tell, TOO_LONG } from './outage.js';
import { scrapesIn } from './points.js';
import type { Scene, Setup } from './scene.js';
import { family, type Fault } from './table.js';

const DOWN = { code: status.UNAVAILABLE, details: 'down' };
const UNKEPT = 'requests can not be kept on disk, and wait in memory';
const KEPT = 'requests are kept on disk again';

const keepingRequests = (scene: Scene, { section }: GrpcBackend, size = 64 << 20): Setup => ({
  exporters: { otlp_grpc: { ...section, sending_queue: { storage: 'file_storage', queue_size: size } } },
  extensions: { file_storage: { directory: scene.path('state') } },
});

const queueOf = (scene: Scene): string => scene.path('state/queue/otlp_grpc/metrics');

/** The files of the queue, oldest first. */
const filesOf = (scene: Scene): string[] =>
  readdirSync(queueOf(scene))
    .filter((name) => /^\d+-\d+$/.test(name))
    .toSorted();

/** An agent whose server is down, with some requests in its queue. */
async function inOutage(scene: Scene, backend: GrpcBackend, size?: number): Promise<ObservedAgent> {
  await scene.device();
  const agent = scene.run(keepingRequests(scene, backend, size));
  await agent.scrapes(2);
  backend.trouble = DOWN;
  await agent.until('it says that sending fails', () => agent.warnings.length > 0);
  await agent.scrapes(5);
  return agent;
}

const unkept = ({ fault, code, begin, end }: DiskTrouble): Fault => ({
  fault: `the folder of the queue ${fault} during an outage`,
  expected:
    'requests wait in memory, with one warning, and are kept on disk again later, with one line: nothing is lost',
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    await scene.device();
    const folder = scene.path('state');
    const agent = scene.run(keepingRequests(scene, backend), ownDisk(folder));
    await agent.scrapes(2);
    backend.trouble = DOWN;
    await agent.until('it says that sending fails', () => agent.said(FAILED, 'warn') > 0);
    await begin(agent, folder);
    await agent.until('it says that nothing is kept', () => agent.said(UNKEPT, 'warn') > 0);
    await agent.scrapes(5);
    await end(agent, folder);
    await agent.until('it says that they are kept', () => agent.said(KEPT, 'info') > 0);
    backend.trouble = undefined;
    await agent.catchesUp();
    const deliveries = await agent.end();
    assert.deepEqual([deliveries.dropped, deliveries.sent], [{}, deliveries.enqueued]);
    assert.equal(scrapesIn(backend.taken).length, deliveries.sent.requests);
    assertTold(agent, [FAILED, UNKEPT]);
    const { problem } = agent.log.find(({ msg }) => msg === UNKEPT)!;
    assert.match(String(problem), new RegExp(code));
    return `${code}; ${tell(agent, deliveries)}`;
  },
});

family('Queue on disk', [
  {
    fault: 'SIGTERM during an outage',
    expected: 'ends with code 0 at once; the next agent sends what is on disk first: nothing is lost',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const first = await inOutage(scene, backend);
      const before = await first.end();
      assert.deepEqual(before.dropped, {});
      assert.equal(filesOf(scene).length, before.queued.requests);
      backend.trouble = undefined;
      const second = scene.start();
      await second.scrapes(2);
      await second.catchesUp();
      const after = await second.end();
      assert.deepEqual([after.restored, after.sent, after.dropped], [before.queued, after.enqueued, {}]);
      assert.equal(scrapesIn(backend.taken).length, before.sent.requests + after.sent.requests);
      return `${before.queued.requests} left on disk by the first; the second: ${tell(second, after)}`;
    },
  },
  {
    fault: 'killed (SIGKILL) twice during an outage',
    expected: 'what was on disk is sent by the next agent: nothing of it is lost',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const first = await inOutage(scene, backend);
      first.signal('SIGKILL');
      await first.ended('SIGKILL');
      const left = filesOf(scene).length;
      const second = scene.start();
      await second.scrapes(5);
      second.signal('SIGKILL');
      await second.ended('SIGKILL');
      const files = filesOf(scene).length;
      assert.ok(files > left);
      const sent = scrapesIn(backend.taken).length;
      backend.trouble = undefined;
      const third = scene.start();
      await third.scrapes(2);
      await third.catchesUp();
      const deliveries = await third.end();
      assert.equal(deliveries.restored.requests, files);
      assert.deepEqual([deliveries.sent, deliveries.dropped], [deliveries.enqueued, {}]);
      assert.equal(scrapesIn(backend.taken).length, sent + deliveries.sent.requests);
      return `${left}, then ${files} files left; the third agent: ${tell(third, deliveries)}`;
    },
  },
  ...DISK_TROUBLES.map(unkept),
  {
    fault: 'the folder of the queue is removed during an outage',
    expected:
      'what was in it is lost and counted, with one warning; the folder is made again, and what comes is kept in it',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const agent = await inOutage(scene, backend);
      // The agent may be putting another one there.
      rmSync(scene.path('state/queue'), { recursive: true, maxRetries: 20, retryDelay: 20 });
      await agent.scrapes(5);
      await agent.until('they are kept', () => filesOf(scene).length >= 4);
      backend.trouble = undefined;
      await agent.catchesUp();
      const deliveries = await agent.end();
      const { enqueued, sent, dropped } = deliveries;
      assert.deepEqual(Object.keys(dropped), ['disk']);
      assert.equal(scrapesIn(backend.taken).length, sent.requests);
      assert.equal(sent.requests + dropped['disk']!.requests, enqueued.requests);
      assertTold(agent, [FAILED, DROPPED]);
      return tell(agent, deliveries);
    },
  },
  {
    fault: 'a file of the queue is cut off',
    expected: 'it is left out and counted, with one warning that names it; all others are sent',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const first = await inOutage(scene, backend);
      const before = await first.end();
      const [, file] = filesOf(scene);
      truncateSync(join(queueOf(scene), file!), 100);
      backend.trouble = undefined;
      const second = scene.start();
      await second.scrapes(2);
      await second.catchesUp();
      const deliveries = await second.end();
      assert.equal(deliveries.dropped['damaged']!.requests, 1);
      assert.equal(scrapesIn(backend.taken).length, before.sent.requests + deliveries.sent.requests);
      assert.deepEqual(second.warnings, [DROPPED]);
      assert.ok(String(second.log.find(({ level }) => level === 'warn')!['message']).includes(file!));
      return tell(second, deliveries);
    },
  },
  {
    ...TOO_LONG,
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      const agent = await inOutage(scene, backend, 5 * 4096);
      return overflow(agent, backend, [FAILED, DROPPED]);
    },
  },
]);
