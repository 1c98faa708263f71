import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeQueueFile, LARGEST_REQUEST, QueueFileError } from './queue-file.js';

/** A number that is larger for what came later, and how many items are in it. */
const NAME = /^(\d{15})-(\d{1,9})$/;

/** What is written but not yet in place. */
const ASIDE = '.new';

/** What a file takes up at least, and in multiples of it, on the usual file systems. */
const BLOCK = 4096;

/** So many files are looked at at once. */
const AT_ONCE = 64;

/** A request that is on disk. */
export interface StoredRequest {
  readonly name: string;
  readonly items: number;
  /** What its file takes up, in bytes. */
  readonly size: number;
}

/** A folder with a file for each request. */
export class QueueFolder {
  readonly path: string;
  readonly #fsync: boolean;
  #next = 0;
  /** Files that are of no more use and could not be removed. */
  #leftover = new Set<string>();

  /** @param fsync whether what is written is to survive a crash of the machine, and not only of the process */
  constructor(path: string, fsync: boolean) {
    this.path = path;
    this.#fsync = fsync;
  }

  /** Makes the folder if it is not there, and looks at what is in it: the oldest first. What was not yet in place is removed,
   *  and what is not ours left alone.
   *
   *  @throws {Error} of the file system */
  async list(): Promise<StoredRequest[]> {
    await this.#make();
    const entries = await readdir(this.path, { withFileTypes: true });
    const numbers = entries.map(({ name }) => Number(NAME.exec(name)?.[1] ?? -1));
    this.#next = Math.max(this.#next, numbers.reduce((most, number) => Math.max(most, number), -1) + 1);
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    for (const name of names.filter(isAside)) await rm(join(this.path, name), { force: true });
    const ours = names.filter((name) => NAME.test(name)).toSorted();
    const found: StoredRequest[] = [];
    for (let at = 0; at < ours.length; at += AT_ONCE) {
      found.push(...(await Promise.all(ours.slice(at, at + AT_ONCE).map((name) => this.#look(name)))));
    }
    return found;
  }

  /** Puts a request behind all others: aside first, and then in its place.
   *
   *  @throws {Error} of the file system */
  async write(file: Buffer, items: number): Promise<StoredRequest> {
    try {
      return await this.#write(file, items);
    } catch (error) {
      // Somebody removed the folder.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await this.#make();
      return this.#write(file, items);
    }
  }

  /** @throws {QueueFileError} if the file is damaged or of another version
   *  @throws {Error} of the file system */
  async read({ name, size }: StoredRequest): Promise<Buffer> {
    if (size > LARGEST_REQUEST) throw new QueueFileError('damaged', 'it is too large');
    return decodeQueueFile(await readFile(join(this.path, name)));
  }

  /** Removes the file of a request. What can't be removed is tried again with the next. */
  async remove({ name }: StoredRequest): Promise<void> {
    this.#leftover.add(name);
    for (const each of this.#leftover) {
      try {
        await rm(join(this.path, each), { force: true });
      } catch {
        return;
      }
      this.#leftover.delete(each);
    }
  }

  /** Leaves the file of a request where it is, under a name that is none of this queue. */
  async setAside({ name }: StoredRequest): Promise<void> {
    // One that stays is found again by the next start.
    await rename(join(this.path, name), join(this.path, `${name}.unknown`)).catch(() => undefined);
  }

  async #make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
  }

  async #look(name: string): Promise<StoredRequest> {
    const { size } = await stat(join(this.path, name));
    return { name, items: Number(NAME.exec(name)![2]), size: inBlocks(size) };
  }

  async #write(file: Buffer, items: number): Promise<StoredRequest> {
    const name = `${String(this.#next).padStart(15, '0')}-${items}`;
    const path = join(this.path, name);
    try {
      await this.#writeAside(`${path}${ASIDE}`, file);
      await rename(`${path}${ASIDE}`, path);
      if (this.#fsync) await syncFolder(this.path);
    } catch (error) {
      // It is tried again, and must not be there twice.
      await Promise.allSettled([`${path}${ASIDE}`, path].map((each) => rm(each, { force: true })));
      throw error;
    }
    this.#next++;
    return { name, items, size: inBlocks(file.length) };
  }

  async #writeAside(path: string, file: Buffer): Promise<void> {
    const handle = await open(path, 'w', 0o600);
    try {
      await handle.writeFile(file);
      if (this.#fsync) await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}

/** What a file of that many bytes takes up. */
export function inBlocks(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

function isAside(name: string): boolean {
  return name.endsWith(ASIDE) && NAME.test(name.slice(0, -ASIDE.length));
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
