import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { ObservedAgent } from './observed-agent.js';

/** What happens to the folder an agent keeps something in. */
export interface DiskTrouble {
  readonly fault: string;
  /** What the system says then. */
  readonly code: string;
  readonly begin: (agent: ObservedAgent, folder: string) => unknown;
  readonly end: (agent: ObservedAgent, folder: string) => unknown;
}

/** What happens to a disk of one's own. */
export const DISK_TROUBLES: readonly DiskTrouble[] = [
  {
    fault: 'is on a disk that is full',
    code: 'ENOSPC',
    begin: (agent, folder) => fill(join(asSeenBy(agent, folder), 'ballast')),
    end: (agent, folder) => rmSync(join(asSeenBy(agent, folder), 'ballast')),
  },
  {
    fault: 'becomes read-only',
    code: 'EROFS',
    begin: (agent, folder) => remount(agent, folder, 'ro'),
    end: (agent, folder) => remount(agent, folder, 'rw'),
  },
];

/** Has a small file system in the place of a folder, for an agent alone. */
export function ownDisk(folder: string, options = 'rw'): { via: readonly string[] } {
  mkdirSync(folder, { mode: 0o700 });
  const script = 'mount -t tmpfs -o "$1,size=256k,mode=700" tmpfs "$0" && shift && exec "$@"';
  return { via: ['unshare', '--mount', 'sh', '-c', script, folder, options] };
}

/** Where a folder is that an agent has a disk of its own for. */
function asSeenBy({ pid }: ObservedAgent, folder: string): string {
  return join(`/proc/${pid}/root`, folder);
}

function remount({ pid }: ObservedAgent, folder: string, how: 'ro' | 'rw'): Promise<unknown> {
  return execa('nsenter', ['--target', String(pid), '--mount', 'mount', '-o', `remount,${how}`, folder]);
}

function fill(path: string): void {
  try {
    for (;;) writeFileSync(path, Buffer.alloc(4096), { flag: 'a' });
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}
