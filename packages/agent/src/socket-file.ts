import { chmod, chown, lstat, mkdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { answers } from './unix-socket.js';
import { groupId } from './group.js';

/** A Unix socket's path has 107 bytes at most, and is made under a longer name first. */
export const LONGEST_PATH = 90;

/** Where a socket is to be, and who may connect. */
export interface SocketPlace {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** A name or number. `undefined`: `usualGroup` if there is one that can be had, else the process's own. */
  readonly group?: string | undefined;
  readonly usualGroup?: string;
  /** Permission bits of its folder, if that has to be made. */
  readonly folderMode: number;
  /** What is not done without it, for messages. */
  readonly what: string;
  /** What the path is set by, for messages, such as `extensions.state_socket.path`. */
  readonly setting: string;
}

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
  static async listen(server: Server, place: SocketPlace, isOurs: boolean): Promise<SocketFile> {
    const { path } = place;
    try {
      await mkdir(dirname(path), { recursive: true, mode: place.folderMode });
      if (!isOurs) await assertFree(place);
      // Nobody sees it before its permissions are right, and a stale one is replaced in one step.
      const hidden = join(dirname(path), `.${basename(path)}.${process.pid}`);
      await rm(hidden, { force: true });
      await new Promise<void>((resolve, reject) => void server.once('error', reject).listen(hidden, resolve));
      try {
        await giveTo(hidden, place);
        await chmod(hidden, place.mode);
        const { ino } = await lstat(hidden);
        await rename(hidden, path);
        return new SocketFile(path, ino);
      } catch (error) {
        server.close();
        throw error;
      }
    } catch (error) {
      throw new Error(`${place.what} at ${path}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Removes it, unless another one has taken its place. */
  async remove(): Promise<void> {
    const there = await lstat(this.#path).catch(() => undefined);
    if (there?.ino === this.#inode) await rm(this.#path, { force: true });
  }
}

async function assertFree({ path, setting }: SocketPlace): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error(`there is something that is no socket; set ${setting}`);
  if (await answers(path)) throw new Error(`another agent listens there; set ${setting}`);
}

async function giveTo(path: string, { group, usualGroup }: SocketPlace): Promise<void> {
  const name = group ?? usualGroup;
  if (name === undefined) return;
  const id = groupId(name);
  if (id === undefined) {
    if (group !== undefined) throw new Error(`there is no group ${group}: make it, or name another`);
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
