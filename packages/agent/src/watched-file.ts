import { readFile, stat } from 'node:fs/promises';

/** Finds in a file what it is read for. Throws an error whose message may be shown: it says what is wrong and holds no
 *  keys. */
export type FileReader<T> = (path: string, bytes: Buffer) => T;

const LARGEST = 16 * 1024 * 1024;

/** A file that is read again when it changes. */
export class WatchedFile<T> {
  readonly path: string;
  readonly #read: FileReader<T>;
  #content: T | undefined;
  #problem: string | undefined;
  #looks: string | undefined;

  constructor(path: string, read: FileReader<T>) {
    this.path = path;
    this.#read = read;
  }

  /** What was in it when it could last be used. `undefined`: it never could. */
  get content(): T | undefined {
    return this.#content;
  }

  /** Why the file as it is now can't be used. `undefined`: it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Returns whether the file was read anew, or found to be wrong. */
  async refresh(): Promise<boolean> {
    const found = await stat(this.path, { bigint: true }).catch((error: NodeJS.ErrnoException) => error);
    const looks = found instanceof Error ? String(found.code) : `${found.ino} ${found.size} ${found.mtimeNs}`;
    if (looks === this.#looks) return false;
    this.#looks = looks;
    try {
      if (found instanceof Error) throw new Error(`it can't be read (${found.code})`);
      if (found.size > LARGEST) throw new Error('it is larger than 16 MiB');
      const bytes = await readFile(this.path).catch((error: NodeJS.ErrnoException) => {
        throw new Error(`it can't be read (${error.code})`);
      });
      try {
        this.#content = this.#read(this.path, bytes);
      } finally {
        // It may hold private keys.
        bytes.fill(0);
      }
      this.#problem = undefined;
    } catch (error) {
      this.#problem = (error as Error).message;
    }
    return true;
  }
}
