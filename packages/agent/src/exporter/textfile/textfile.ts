import { access, constants, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Exposition } from '../prometheus/exposition.js';
import type { TroubleLog } from '../../trouble-log.js';

/** A file with a page of metrics, for node_exporter's collector `textfile`. */
export class Textfile {
  readonly #path: string;
  /** Beside it, so that it can be renamed, and under a name that the collector does not read. */
  readonly #draft: string;
  readonly #exposition: Exposition;
  readonly #troubles: TroubleLog;
  #work: Promise<void> = Promise.resolve();
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(path: string, exposition: Exposition, troubles: TroubleLog) {
    this.#path = path;
    this.#draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
    this.#exposition = exposition;
    this.#troubles = troubles;
  }

  /** Why it can't be written. `undefined`: it can. */
  async obstacle(): Promise<string | undefined> {
    try {
      await access(dirname(this.#path), constants.W_OK);
      return undefined;
    } catch (error) {
      return `${this.#path} can't be written (${(error as NodeJS.ErrnoException).code})`;
    }
  }

  /** Writes what the last scrape found. To be called after each. */
  publish(): void {
    if (this.#isDue || this.#isClosed) return;
    this.#isDue = true;
    this.#work = this.#work.then(() => this.#write());
  }

  /** Removes it: nobody would see that it is old. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#work;
    await rm(this.#path, { force: true });
  }

  async #write(): Promise<void> {
    this.#isDue = false;
    clearTimeout(this.#timer);
    try {
      const { pieces } = await (await this.#exposition.page()).body('text', false);
      await writeFile(this.#draft, pieces, { mode: 0o644 });
      await rename(this.#draft, this.#path);
      this.#troubles.over(['write'], 'the text file is written again', {});
    } catch (error) {
      await rm(this.#draft, { force: true }).catch(() => undefined);
      const { code, message } = error as NodeJS.ErrnoException;
      this.#troubles.seen('write', "the text file can't be written", { path: this.#path, why: code ?? message }, true);
    }
    // What is too old by then goes, also when nothing is read any longer.
    if (!this.#isClosed) this.#timer = setTimeout(() => this.publish(), this.#exposition.lifetime + 1).unref();
  }
}
