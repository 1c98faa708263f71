import { readFile, stat } from 'node:fs/promises';

/** Names of peers by public key or peer id, with `DEVICE ` before it where a name is for one device only. */
export type Names = ReadonlyMap<string, string>;

/** Finds the names in a file. Throws an error whose message may be shown: it says what is wrong and holds no keys. */
export type NamesReader = (path: string, bytes: Buffer) => Names;

const LARGEST = 16 * 1024 * 1024;

/** A file with names in it, read again when it changes. */
export class NamesFile {
  readonly path: string;
  readonly #read: NamesReader;
  #names: Names = new Map();
  #problem: string | undefined;
  #looks: string | undefined;

  constructor(path: string, read: NamesReader) {
    this.path = path;
    this.#read = read;
  }

  get names(): Names {
    return this.#names;
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
        this.#names = this.#read(this.path, bytes);
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
