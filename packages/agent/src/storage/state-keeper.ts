import { readFileSync } from 'node:fs';
import type { Frame, WireGuardReceiver } from '@wgotel/core';
import type { Logger } from '../log.js';
import { StateFile } from './state-file.js';
import type { StateFolder } from './state-folder.js';

/** Between two times of saving if nothing but handshakes happened, in milliseconds. */
const INTERVAL = 60_000;
/** Saving takes at most this part of the time. */
const SHARE = 1 / 20;

/** Keeps what a receiver knows in a file, so that it outlives the process. */
export class StateKeeper {
  readonly #file: StateFile;
  readonly #id: string;
  readonly #receiver: WireGuardReceiver;
  readonly #log: Logger;
  readonly #boot = bootId();
  #savedAt = -Infinity;
  /** How long that took, in milliseconds. */
  #took = 0;
  #changed = false;
  /** Whether what was taken up was saved at the end. */
  #wasClean = false;
  /** Why it was not saved last, to be said once. */
  #trouble: string | undefined;

  constructor(folder: StateFolder, id: string, receiver: WireGuardReceiver, log: Logger) {
    this.#file = new StateFile(folder.path, id);
    this.#id = id;
    this.#receiver = receiver;
    this.#log = log;
  }

  /** To be called before the receiver starts. */
  async restore(): Promise<void> {
    let problem: string | undefined;
    try {
      const saved = this.#file.take();
      this.#wasClean = saved?.clean ?? false;
      problem = saved && (await this.#receiver.restore(saved.lines, { boot: this.#boot, clean: saved.clean }));
    } catch (error) {
      problem = (error as Error).message;
    }
    if (problem === undefined) return;
    this.#wasClean = false;
    const kept = this.#setAside();
    this.#log.warn('saved state can not be used, so all begins anew', { receiver: this.#id, problem, kept });
  }

  /** Where what can't be used is from now on, so that nothing is written over it. */
  #setAside(): string | undefined {
    try {
      return this.#file.setAside();
    } catch {
      // Then nothing can be written either, and that is said when it is tried.
      return undefined;
    }
  }

  /** To be called with each frame, while no scrape can end. */
  async onFrame({ changes }: Frame): Promise<void> {
    this.#changed ||= changes.some(({ type }) => type !== 'peer.handshake');
    const since = performance.now() - this.#savedAt;
    if ((this.#changed || since >= INTERVAL) && since * SHARE >= this.#took) await this.#save(false);
  }

  /** To be called once the receiver has shut down. */
  async close(): Promise<void> {
    await this.#save(true);
  }

  async #save(clean: boolean): Promise<void> {
    const begun = performance.now();
    this.#changed = false;
    try {
      // A receiver that never scraped knows nothing new.
      if (this.#receiver.frame !== undefined) await this.#file.write(this.#receiver.save(this.#boot), clean);
      else if (this.#wasClean) this.#file.putBack();
      if (this.#trouble !== undefined) this.#log.info('state is saved again', { receiver: this.#id });
      this.#trouble = undefined;
    } catch (error) {
      const problem = (error as Error).message;
      if (problem !== this.#trouble) this.#log.warn('state can not be saved', { receiver: this.#id, problem });
      this.#trouble = problem;
    }
    this.#savedAt = performance.now();
    this.#took = this.#savedAt - begun;
  }
}

/** Names this run of the machine. `undefined`: it can't be told. */
function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
