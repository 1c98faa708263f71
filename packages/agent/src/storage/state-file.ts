import { closeSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Bytes read or written at once. */
const CHUNK = 256 * 1024;

/** The saved state of one receiver. Its name says whether it was saved at the end: then nothing was sent since. */
export class StateFile {
  readonly #path: string;
  readonly #atEnd: string;

  constructor(folder: string, receiver: string) {
    this.#path = join(folder, `${encodeURIComponent(receiver)}.state`);
    this.#atEnd = `${this.#path}.end`;
  }

  /** What there is. From now on it is no longer as at the end, whatever becomes of this process. `undefined`: nothing.
   *
   *  @throws {Error} of the file system */
  take(): { readonly lines: Iterable<string>; readonly clean: boolean } | undefined {
    const clean = existsSync(this.#atEnd);
    if (clean) renameSync(this.#atEnd, this.#path);
    return existsSync(this.#path) ? { lines: linesOf(this.#path), clean } : undefined;
  }

  /** Makes what was taken count as saved at the end again: nothing was sent. */
  putBack(): void {
    renameSync(this.#path, this.#atEnd);
  }

  /** Writes aside, then puts it in place of what there was.
   *
   *  @throws {Error} of the file system */
  async write(text: Iterable<string>, clean: boolean): Promise<void> {
    const aside = `${this.#path}.new`;
    const file = await open(aside, 'w', 0o600);
    try {
      let waiting = '';
      for (const lines of text) {
        waiting += lines;
        if (waiting.length < CHUNK) continue;
        await file.writeFile(waiting);
        waiting = '';
      }
      await file.writeFile(waiting);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(aside, clean ? this.#atEnd : this.#path);
    if (clean) rmSync(this.#path, { force: true });
  }
}

/** Reads as it is asked for lines, so that a large file is never whole in memory. */
function* linesOf(path: string): Generator<string, void> {
  const file = openSync(path, 'r');
  try {
    const decoder = new StringDecoder();
    const buffer = Buffer.alloc(CHUNK);
    let rest = '';
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, read))).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}
