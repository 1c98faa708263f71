import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { startCli } from '../agent/run/agent-process.js';
import { grpcBackend } from './backend.js';
import type { ObservedAgent } from './observed-agent.js';
import { said, tell } from './outage.js';
import type { Scene } from './scene.js';
import { family, type Fault } from './table.js';

/** Keeps what a receiver knows in a folder of the scene. */
const keeping = (scene: Scene): { receiver: object; extensions: Record<string, object> } => ({
  receiver: { storage: 'file_storage' },
  extensions: { file_storage: { directory: scene.path('state') } },
});

/** Has a small file system in the place of a folder, for an agent alone. */
function ownDisk(folder: string): { via: readonly string[] } {
  mkdirSync(folder, { mode: 0o700 });
  const script = 'mount -t tmpfs -o size=256k,mode=700 tmpfs "$0" && exec "$@"';
  return { via: ['unshare', '--mount', 'sh', '-c', script, folder] };
}

/** How a folder looks to an agent. */
const asSeenBy = ({ pid }: ObservedAgent, folder: string): string => join(`/proc/${pid}/root`, folder);

const remount = ({ pid }: ObservedAgent, folder: string, how: 'ro' | 'rw'): Promise<unknown> =>
  execa('nsenter', ['--target', String(pid), '--mount', 'mount', '-o', `remount,${how}`, folder]);

function fill(path: string): void {
  try {
    for (let size = 0; ; size += 4096) writeFileSync(path, Buffer.alloc(4096), { flag: 'a' });
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

/** Something goes wrong with the folder that state is kept in, and is put right. */
const unsaved = (
  fault: string,
  code: string,
  begin: (agent: ObservedAgent, folder: string) => unknown,
  end: (agent: ObservedAgent, folder: string) => unknown,
): Fault => ({
  fault: `the folder of saved state ${fault}`,
  expected: 'one warning, and one line when it is saved again; sending goes on, and nothing is lost',
  run: async (scene) => {
    const backend = scene.using(await grpcBackend());
    const device = await scene.device();
    const folder = scene.path('state');
    const agent = scene.run({ exporters: { otlp_grpc: backend.section }, ...keeping(scene) }, ownDisk(folder));
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

family('Disk', [
  unsaved(
    'is on a disk that is full',
    'ENOSPC',
    (agent, folder) => fill(join(asSeenBy(agent, folder), 'ballast')),
    (agent, folder) => rmSync(join(asSeenBy(agent, folder), 'ballast')),
  ),
  unsaved(
    'becomes read-only',
    'EROFS',
    (agent, folder) => remount(agent, folder, 'ro'),
    (agent, folder) => remount(agent, folder, 'rw'),
  ),
]);
