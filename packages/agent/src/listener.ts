import { isDeepStrictEqual } from 'node:util';
import { ConfigError } from './config/problems.js';

/** Where to listen, and whether somebody asked for it. */
interface Place {
  readonly explicit: boolean;
}

interface Closable {
  close(): Promise<void>;
}

/** Keeps a server where the configuration wants it. */
export class Listener<P extends Place, S extends Closable> {
  readonly #open: (place: P, before: S | undefined) => Promise<S>;
  readonly #onTrouble: (error: Error) => void;
  #place: P | undefined;
  #server: S | undefined;

  /** @param open begins to listen, while the one before still does
   *  @param onTrouble told why nothing listens in a place that nobody asked for */
  constructor(open: (place: P, before: S | undefined) => Promise<S>, onTrouble: (error: Error) => void) {
    this.#open = open;
    this.#onTrouble = onTrouble;
  }

  /** `undefined`: nothing listens. */
  get server(): S | undefined {
    return this.#server;
  }

  /** Listens there from now on. A place that can't be had matters only where somebody asked for it.
   *
   *  @throws {ConfigError} */
  async listen(place: P | undefined): Promise<void> {
    if (isDeepStrictEqual(place, this.#place)) return;
    try {
      const server = place && (await this.#open(place, this.#server));
      await this.#server?.close();
      this.#server = server;
    } catch (error) {
      if (place?.explicit === true) throw new ConfigError([(error as Error).message]);
      this.#onTrouble(error as Error);
    }
    this.#place = place;
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}
