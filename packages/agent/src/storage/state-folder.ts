import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { answers } from '../unix-socket.js';

/** The socket in a folder that whoever uses it listens on. */
export const LOCK = 'lock';

/** Longer paths are none of a Unix socket. */
const LONGEST_SOCKET = 107;

/** A folder of saved state that this process alone uses. Whoever holds it listens on a socket in it: a process that is dead does
 *  not answer there, so it holds nothing. */
export class StateFolder {
  readonly path: string;
  readonly #lock: Server;

  private constructor(path: string, lock: Server) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes the folder if it is not there, and takes it.
   *
   *  @throws {Error} with one sentence that says why it can't be used */
  static async open(path: string): Promise<StateFolder> {
    try {
      if (mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(path, 0o700);
    } catch (error) {
      throw new Error(`${path} can't be made: ${(error as NodeJS.ErrnoException).code}`, { cause: error });
    }
    const { mode } = statSync(path);
    if ((mode & 0o077) !== 0) {
      throw new Error(`${path} is open to others, and what is saved holds endpoints of peers: chmod 700 ${path}`);
    }
    const socket = join(path, LOCK);
    if (Buffer.byteLength(socket) > LONGEST_SOCKET) {
      throw new Error(`${path} is too long a path: ${LONGEST_SOCKET - `/${LOCK}`.length} bytes at most`);
    }
    return new StateFolder(path, await take(socket, path));
  }

  async close(): Promise<void> {
    this.#lock.close();
    await once(this.#lock, 'close');
  }
}

async function take(socket: string, path: string): Promise<Server> {
  try {
    return await listen(socket);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw new Error(`${path} can't be written to: ${code}`, { cause: error });
  }
  if (await answers(socket)) throw new Error(`${path} is in use by another wgotel: give each a directory of its own`);
  rmSync(socket, { force: true });
  return listen(socket);
}

async function listen(socket: string): Promise<Server> {
  const server = createServer((connection) => connection.destroy());
  server.listen(socket);
  await once(server, 'listening');
  // The agent goes on or ends for other reasons.
  return server.unref();
}
