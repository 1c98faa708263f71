import type { Logger } from './log.js';

/** Trouble that has not been seen for so long is news when it comes back, in milliseconds. */
const FORGOTTEN_AFTER = 60_000;

/** Says what goes wrong when it begins and when it is over, not each time it happens. */
export class TroubleLog {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #about: object;
  readonly #lastSeen = new Map<string, number>();

  /** @param now milliseconds of a clock that never steps
   *  @param about fields of every line. Default: none */
  constructor(log: Logger, now: () => number, about: object = {}) {
    this.#log = log;
    this.#now = now;
    this.#about = about;
  }

  /** @param lasting whether it is no news before it was over */
  seen(reason: string, message: string, fields: object, lasting: boolean = false): void {
    const now = this.#now();
    const before = this.#lastSeen.get(reason) ?? -Infinity;
    this.#lastSeen.set(reason, now);
    if (before === -Infinity || (!lasting && now - before > FORGOTTEN_AFTER))
      this.#log.warn(message, { ...this.#about, ...fields });
  }

  /** @param reasons all that is over with this */
  over(reasons: readonly string[], message: string, fields: object): void {
    const told = reasons.filter((reason) => this.#lastSeen.delete(reason));
    if (told.length > 0) this.#log.info(message, { ...this.#about, ...fields });
  }
}
