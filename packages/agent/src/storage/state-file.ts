import { closeSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';

/** Bytes read or written at once. */
const CHUNK = 256 * 1024;

/** What a file of saved state is called, with the receiver's id in front. Beside it there may be what was saved at the end, what is
 *  being written, and what could not be used. */
export const STATE_FILES = {
  now: '.state',
  atEnd: '.state.end',
  aside: '.state.new',
  unused: '.state.unused',
} as const;

/** The saved state of one receiver. Its name says whether it was saved at the end: then nothing was sent since. */
export class StateFile {
  readonly #path: string;
  readonly #atEnd: string;
  readonly #aside: string;
  readonly #unused: string;

  constructor(folder: string, receiver: string) {
    const named = (suffix: string): string => join(folder, `${encodeURIComponent(receiver)}${suffix}`);
    this.#path = named(STATE_FILES.now);
    this.#atEnd = named(STATE_FILES.atEnd);
    this.#aside = named(STATE_FILES.aside);
    this.#unused = named(STATE_FILES.unused);
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

  /** Keeps what was taken and can't be used, in the place of what was kept before. Returns its path. `undefined`: there is nothing to
   *  keep.
   *
   *  @throws {Error} of the file system */
  setAside(): string | undefined {
    if (!existsSync(this.#path)) return undefined;
    renameSync(this.#path, this.#unused);
    return this.#unused;
  }

  /** Writes aside, then puts it in place of what there was.
   *
   *  @throws {Error} of the file system */
  async write(text: Iterable<string>, clean: boolean): Promise<void> {
    const file = await open(this.#aside, 'w', 0o600);
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
    await rename(this.#aside, clean ? this.#atEnd : this.#path);
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
