import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { startCli } from '../agent/run/agent-process.js';
import { grpcBackend } from './backend.js';
import { DISK_TROUBLES, ownDisk, type DiskTrouble } from './disk-trouble.js';
import { tell } from './outage.js';
import type { Scene, Setup } from './scene.js';
import { family, type Fault } from './table.js';

/** Keeps what a receiver knows in a folder of the scene. */
const keepingState = (scene: Scene): Setup => ({
  receiver: { storage: 'file_storage' },
  extensions: { file_storage: { directory: scene.path('state') } },
});

/** Something goes wrong with the folder that state is kept in, and is put right. */
const unsaved = ({ fault, code, begin, end }: DiskTrouble, disk: typeof ownDisk | undefined): Fault => ({
  fault: `the folder of saved state ${fault}`,
  expected: 'one warning, and one line when it is saved again; sending goes on, and nothing is lost',
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    const device = await scene.device();
    const folder = scene.path('state');
    const agent = scene.run({ exporters: { otlp_grpc: backend.section }, ...keepingState(scene) }, disk?.(folder));
    await agent.scrapes(2);
    /** There is something to be saved each time. */
    const change = async (isDone: () => boolean): Promise<void> =>
      agent.until('it tries to save', async () => {
        await device.recreate();
        await agent.scrapes(1);
        return isDone();
      });
    await begin(agent, folder);
    await change(() => agent.said('state can not be saved', 'warn') > 0);
    await agent.scrapes(3);
    await device.recreate();
    await agent.scrapes(3);
    await end(agent, folder);
    await change(() => agent.said('state is saved again', 'info') > 0);
    const deliveries = await agent.end();
    assert.deepEqual(deliveries.sent, deliveries.enqueued);
    assert.equal(agent.said('state can not be saved'), 1);
    assert.equal(agent.said('state is saved again'), 1);
    const { problem } = agent.log.find(({ msg }) => msg === 'state can not be saved')!;
    assert.match(String(problem), new RegExp(code));
    return `${code}; ${tell(agent, deliveries)}`;
  },
});

const REMOVED: DiskTrouble = {
  fault: 'is removed, and made again later',
  code: 'ENOENT',
  begin: (_, folder) => rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 20 }),
  end: (_, folder) => mkdirSync(folder, { mode: 0o700 }),
};

family('Saved state', [
  ...DISK_TROUBLES.map((trouble) => unsaved(trouble, ownDisk)),
  unsaved(REMOVED, undefined),
  {
    fault: 'the folder of saved state can’t be written to at the start',
    expected: 'ends with code 2 and a sentence that names the folder',
    run: async (scene) => {
      await scene.device();
      scene.configure({ ...keepingState(scene) });
      const disk = ownDisk(scene.path('state'), 'ro');
      const agent = startCli(['run', '--config', scene.path('config.yaml')], {}, disk);
      assert.deepEqual(await agent.ended, [2, null]);
      const message = agent.output.err.trim().split('\n').at(-1)!.trim();
      assert.match(message, /extensions\.file_storage: .*state can't be written to: EROFS/);
      return `code 2, "${message}"`;
    },
  },
  {
    fault: 'a second agent uses the same folder',
    expected: 'the second ends with code 2 and says why; the first is not harmed',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const first = scene.run({ exporters: { otlp_grpc: backend.section }, ...keepingState(scene) });
      await first.scrapes(2);
      scene.configure({ ...keepingState(scene), health: 'none' });
      const second = startCli(['run', '--config', scene.path('config.yaml')]);
      assert.deepEqual(await second.ended, [2, null]);
      const message = second.output.err.trim().split('\n').at(-1)!.trim();
      assert.match(message, /is in use by another wgotel: give each a directory of its own/);
      await first.scrapes(3);
      const deliveries = await first.end();
      assert.deepEqual([deliveries.sent, first.warnings], [deliveries.enqueued, []]);
      return `code 2, "${message}"; the first: ${tell(first, deliveries)}`;
    },
  },
  {
    fault: 'the file of saved state is damaged',
    expected: 'one warning; all begins anew, and is saved again',
    run: async (scene) => {
      const backend = scene.using(await grpcBackend());
      await scene.device();
      const setup = { exporters: { otlp_grpc: backend.section }, ...keepingState(scene) };
      const first = scene.run(setup);
      await first.scrapes(2);
      await first.end();
      const path = scene.path('state/wireguard.state.end');
      const saved = readFileSync(path);
      writeFileSync(path, saved.subarray(0, saved.length / 2));
      const second = scene.start();
      await second.scrapes(2);
      const deliveries = await second.end();
      assert.deepEqual(deliveries.sent, deliveries.enqueued);
      assert.deepEqual(second.warnings, ['saved state can not be used, so all begins anew']);
      assert.ok(readFileSync(path).length > saved.length / 2);
      return `${tell(second, deliveries)}; saved again: ${readFileSync(path).length} bytes`;
    },
  },
]);
