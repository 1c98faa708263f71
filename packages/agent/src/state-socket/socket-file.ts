import { chmod, chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { StateSocketConfig } from '../config/configuration.js';
import { answers } from '../unix-socket.js';
import { groupId } from './group.js';

/** Of a group there may be, for those who did not say which. */
const USUAL_GROUP = 'wgotel';

/** A socket in the file system that a server listens on, with its permissions from the first moment on. */
export class SocketFile {
  readonly #path: string;
  readonly #inode: number;

  private constructor(path: string, inode: number) {
    this.#path = path;
    this.#inode = inode;
  }

  /** Makes a server listen. Rejects if it can't, in a sentence that names the path.
   *
   *  @param isOurs whether what listens there is this process itself, to be replaced */
  static async listen(server: Server, config: StateSocketConfig, isOurs: boolean): Promise<SocketFile> {
    const { path } = config;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o755 });
      if (!isOurs) await assertFree(path);
      // Nobody sees it before its permissions are right, and a stale one is replaced in one step.
      const hidden = join(dirname(path), `.${basename(path)}.${process.pid}`);
      await rm(hidden, { force: true });
      await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(hidden, resolve));
      try {
        await giveTo(hidden, config.group);
        await chmod(hidden, config.mode);
        const { ino } = await lstat(hidden);
        await rename(hidden, path);
        return new SocketFile(path, ino);
      } catch (error) {
        server.close();
        throw error;
      }
    } catch (error) {
      throw new Error(`tunnels can't be told of at ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Removes it, unless another one has taken its place. */
  async remove(): Promise<void> {
    const there = await lstat(this.#path).catch(() => undefined);
    if (there?.ino === this.#inode) await rm(this.#path, { force: true });
  }
}

async function assertFree(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error('there is something that is no socket; set extensions.state_socket.path');
  if (await answers(path)) throw new Error('another agent listens there; set extensions.state_socket.path');
}

async function giveTo(path: string, group: string | undefined): Promise<void> {
  const id = groupId(group ?? USUAL_GROUP);
  if (id === undefined) {
    if (group !== undefined)
      throw new Error(`there is no group ${group}: make it, or set extensions.state_socket.group`);
    return;
  }
  // Where it is ours already, nothing is asked of a sandbox that allows no chown.
  if ((await lstat(path)).gid === id) return;
  try {
    await chown(path, -1, id);
  } catch (error) {
    // Whoever is not a member may not give it away.
    if (group !== undefined) throw error;
  }
}
